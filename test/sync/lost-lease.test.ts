/** NO1: a node that is not sure of its lease, and one that has lost it. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { memoryBus } from '../../src/cluster/memory-bus.ts';
import type { Database } from '../../src/database/database.ts';
import type { Actor } from '../../src/identity/person.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually, pause, saved } from '../support/patience.ts';
import { connect, disconnectAll } from '../support/provider.ts';
import { agreed, setTable } from '../support/table.ts';
import { addDiagram, addPerson, logger, startStage, type Stage } from './stage.ts';

/** Longer than a row takes that is applied at once, ms. */
const APPLIED = 100;

describe('a node that is not sure of its lease', () => {
  let database: Database;
  let ann: Actor;
  const stages: Stage[] = [];

  beforeAll(async () => {
    database = await freshDatabase();
    ann = await addPerson(database, 'ann');
  });
  afterEach(async () => {
    disconnectAll();
    for (const stage of stages.splice(0)) await stage.close();
  });
  afterAll(() => database.close());

  it('NO1 applies no row, of its own or of others, and finds them all when it is sure again', async () => {
    let sure = true;
    // What comes and goes on sockets waits for nothing here, so that only the rows are held.
    const lease = { held: () => sure, whenHeld: async () => {} };
    const bus = memoryBus((error) => logger.error(error));
    const place = await addDiagram(database, [[ann, 'owner']]);
    const clients = [];
    for (const overrides of [{ lease }, {}]) {
      const stage = await startStage({ database, people: [ann], bus, overrides });
      stages.push(stage);
      const open = () => connect({ url: stage.url(place), name: `diagram:${place.diagram}`, token: ann.id });
      clients.push(open(), open());
    }
    await Promise.all(clients.map((client) => saved(client)));
    const [own, here, there] = clients;
    sure = false;
    own!.cells.set('of its own', 1);
    there!.cells.set('of another', 1);
    await Promise.all(clients.map((client) => saved(client)));
    await pause(APPLIED);
    expect([...here!.cells.keys()]).toEqual([]);
    sure = true;
    for (const client of clients)
      await eventually(() => expect([...client.cells.keys()].toSorted()).toEqual(['of another', 'of its own']));
  });
});

describe('a node whose lease was swept', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterEach(disconnectAll);
  afterAll(() => app.stop());

  it('NO1 closes every socket with 1012, also those on which there is only a room, and goes on under a new id', async () => {
    const { table, people } = await setTable([app]);
    await table.open();
    const { id } = (await table.call(table.host, app, 'POST', '/api/workspaces', { name: 'Space' })).body;
    const url = `${app.url.replace('http', 'ws')}/ws`;
    const clients = [table.join(table.host, app), connect({ url, name: `workspace:${id}`, token: table.host.token })];
    await Promise.all(clients.map((client) => saved(client)));
    const sql = app.database.log;
    const [before] = await sql.query<{ node: string }>('delete from node_lease returning node');
    for (const client of clients) await eventually(() => expect(client.closes[0]?.code).toBe(1012));
    for (const client of clients) await saved(client);
    await agreed(table, [app], [clients[0]!], people);
    const after = await sql.query<{ node: string }>('select node from node_lease');
    expect(after).toHaveLength(1);
    expect(after).not.toContainEqual(before);
  });
});
