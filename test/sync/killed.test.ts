/** DO1 against SIGKILL: a node in a process of its own, killed while people edit. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import * as Y from 'yjs';
import { openDatabase, type Database } from '../../src/database/database.ts';
import type { Actor } from '../../src/identity/person.ts';
import { freshDatabaseUrl } from '../support/database.ts';
import { endedWithUs } from '../support/ended-with-us.ts';
import { eventually, pause, saved } from '../support/patience.ts';
import { connect, disconnectAll } from '../support/provider.ts';
import { stored } from '../support/stored.ts';
import { addDiagram, addPerson } from './stage.ts';

let url: string;
let database: Database;
let people: Actor[];
const processes: ChildProcess[] = [];

beforeAll(async () => {
  url = await freshDatabaseUrl();
  database = await openDatabase({ url });
  people = [await addPerson(database, 'ann'), await addPerson(database, 'bob')];
});
afterEach(() => {
  disconnectAll();
  for (const child of processes.splice(0)) child.kill('SIGKILL');
});
afterAll(() => database.close());

/** Starts a node. @returns the process, and where its shared socket is */
async function startNode(): Promise<{ child: ChildProcess; at: string }> {
  const child = endedWithUs(
    fork(new URL('stage-process.ts', import.meta.url), [url, JSON.stringify(people)], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
    }),
  );
  processes.push(child);
  const [at] = (await once(child, 'message')) as [string];
  return { child, at };
}

it('DO1 nothing that was acknowledged is lost', async () => {
  const { model, diagram } = await addDiagram(database, [
    [people[0]!, 'owner'],
    [people[1]!, 'writer'],
  ]);
  const { child, at } = await startNode();
  const path = at.replace('/ws', `/threat_models/${model}/diagrams/${diagram}/ws`);
  const clients = people.map((person) => connect({ url: path, name: `diagram:${diagram}`, token: person.id }));
  await Promise.all(clients.map((client) => saved(client)));
  /** What each client had made when its counter last was at zero. */
  const acknowledged = new Map(clients.map((client) => [client, Y.encodeStateVector(client.document)]));
  let zeros = 0;
  for (const client of clients) {
    client.provider.on('unsyncedChanges', ({ number }: { number: number }) => {
      if (number !== 0) return;
      zeros += 1;
      acknowledged.set(client, Y.encodeStateVector(client.document));
    });
  }
  for (let edit = 0; edit < 200; edit += 1) {
    for (const client of clients) client.cells.set(`k${edit % 9}`, edit);
    if (edit % 20 === 0 && edit < 100) await Promise.all(clients.map((client) => saved(client)));
    if (edit % 3 === 0) await pause(2);
  }
  child.kill('SIGKILL');
  await eventually(() => expect(clients.every((client) => client.closes.length > 0)).toBe(true));
  expect(zeros).toBeGreaterThan(0);

  const log = await stored(database, diagram);
  for (const [client, stateVector] of acknowledged) {
    const own = Y.decodeStateVector(stateVector).get(client.document.clientID) ?? 0;
    expect(Y.getState(log.store, client.document.clientID)).toBeGreaterThanOrEqual(own);
  }

  const { at: next } = await startNode();
  const again = clients.map((client, index) =>
    connect({
      url: next.replace('/ws', `/threat_models/${model}/diagrams/${diagram}/ws`),
      name: `diagram:${diagram}`,
      token: people[index]!.id,
      document: client.document,
    }),
  );
  await Promise.all(again.map((client) => saved(client)));
  await eventually(() => expect(again[0]!.cells.toJSON()).toEqual(again[1]!.cells.toJSON()));
  expect(again[0]!.cells.size).toBe(9);
});
