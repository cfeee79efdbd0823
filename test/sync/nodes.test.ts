/** Several nodes on one database: two stages stand for two processes. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { Bus } from '../../src/cluster/bus.ts';
import { memoryBus } from '../../src/cluster/memory-bus.ts';
import type { Database, SqlExecutor } from '../../src/database/database.ts';
import { encodeRowMessage, joinUpdates, rowChannel } from '../../src/documents/row.ts';
import { compact } from '../../src/documents/snapshots.ts';
import type { Actor } from '../../src/identity/person.ts';
import { createWorkshop } from '../../src/documents/workshop.ts';
import { cellsOf, headOf } from '../support/content.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually, pause, saved } from '../support/patience.ts';
import { connect, disconnectAll, type Client } from '../support/provider.ts';
import { stored } from '../support/stored.ts';
import { addDiagram, addPerson, grant, logger, setBack, startStage, type Stage, type StageOptions } from './stage.ts';

let database: Database;
let ann: Actor;
let bob: Actor;
const stages: Stage[] = [];
const workshop = createWorkshop();

beforeAll(async () => {
  database = await freshDatabase();
  [ann, bob] = [await addPerson(database, 'ann'), await addPerson(database, 'bob')];
});
afterEach(async () => {
  disconnectAll();
  for (const stage of stages.splice(0)) await stage.close();
});
afterAll(() => database.close());

async function start(options: Partial<StageOptions> = {}): Promise<Stage> {
  const stage = await startStage({ database, people: [ann, bob], ...options });
  stages.push(stage);
  return stage;
}

const place = () =>
  addDiagram(database, [
    [ann, 'owner'],
    [bob, 'writer'],
  ]);
const open = (stage: Stage, at: { model: string; diagram: string }, person: Actor, document?: Y.Doc): Client =>
  connect({ url: stage.url(at), name: `diagram:${at.diagram}`, token: person.id, ...(document && { document }) });

/** A messenger that can be cut off: what is said meanwhile is lost. */
function fragileBus(): Bus & { up: boolean } {
  const bus = memoryBus((error) => logger.error(error));
  return {
    ...bus,
    up: true,
    publish(channel, payload) {
      if (this.up) bus.publish(channel, payload);
    },
  };
}

async function edited(clients: Client[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, client] of clients.entries()) client.cells.set(`${index}:${round % 5}`, round);
    await pause(2);
  }
  await Promise.all(clients.map((client) => saved(client)));
}

async function converged(clients: Client[], within: number): Promise<void> {
  const [first, ...others] = clients;
  await eventually(() => {
    for (const client of others) expect(client.cells.toJSON()).toEqual(first!.cells.toJSON());
  }, within);
}

it('DO3 replicas on two nodes converge through the bus', async () => {
  const bus = fragileBus();
  const [one, two] = [await start({ bus, poll: 60_000 }), await start({ bus, poll: 60_000 })];
  const at = await place();
  const clients = [open(one, at, ann), open(two, at, bob)];
  await Promise.all(clients.map((client) => saved(client)));
  await edited(clients, 40);
  await converged(clients, 1000);
});

it('DO3 whoever comes to another node is told what it has heard of last', async () => {
  const bus = fragileBus();
  const [one, two] = [await start({ bus, poll: 60_000 }), await start({ bus, poll: 60_000 })];
  const at = await place();
  const [author, watching] = [open(one, at, ann), open(two, at, bob)];
  await Promise.all([author, watching].map((client) => saved(client)));
  for (let key = 1; key <= 5; key += 1) {
    author.cells.set(`${key}`, key);
    await eventually(() => expect(watching.cells.size).toBe(key)); // at once; the document may have it later
    const late = open(two, at, bob);
    await saved(late);
    expect(late.cells.size).toBe(key);
    late.provider.destroy();
  }
});

it('DO3 without the bus they converge within a second, through the poll', async () => {
  const bus = fragileBus();
  bus.up = false;
  const [one, two] = [await start({ bus, poll: 500 }), await start({ bus, poll: 500 })];
  const at = await place();
  const clients = [open(one, at, ann), open(two, at, bob)];
  await Promise.all(clients.map((client) => saved(client)));
  await edited(clients, 10);
  await converged(clients, 1000);
});

it('DO3 a bus that loses some of the rows leaves no gap', async () => {
  const bus = fragileBus();
  let said = 0;
  const lossy: Bus = {
    ...bus,
    publish: (channel, payload) => void ((said += 1) % 3 !== 0 && bus.publish(channel, payload)),
  };
  const [one, two] = [await start({ bus: lossy, poll: 60_000 }), await start({ bus: lossy, poll: 60_000 })];
  const at = await place();
  const clients = [open(one, at, ann), open(two, at, bob)];
  await Promise.all(clients.map((client) => saved(client)));
  await edited(clients, 40);
  for (const client of clients) {
    said = 0; // the next one arrives, and tells of those before it
    client.cells.set('last', client.document.clientID);
    await saved(client);
  }
  await converged(clients, 1000);
});

it('NO2 nonsense on the bus changes nothing', async () => {
  const bus = fragileBus();
  const [one, two] = [await start({ bus }), await start({ bus })];
  const at = await place();
  const clients = [open(one, at, ann), open(two, at, bob)];
  await Promise.all(clients.map((client) => saved(client)));
  for (const nonsense of [
    new Uint8Array(0),
    new Uint8Array([1, 2, 3]),
    new TextEncoder().encode('{"seq":1}'),
    new Uint8Array(5000).fill(255),
    Buffer.alloc(100, 3).subarray(0, 3), // a row longer than its message
    Uint8Array.of(2, 1, 7, 7), // and a shorter one
  ]) {
    bus.publish(rowChannel(at.diagram), nonsense);
  }
  await edited(clients, 5);
  await converged(clients, 1000);
  expect(clients.flatMap((client) => client.closes)).toEqual([]);
});

it('DO4 a client that comes from another node with rows that this one has not read is not refused', async () => {
  const bus = fragileBus();
  bus.up = false;
  const [one, two] = [await start({ bus, poll: 60_000 }), await start({ bus, poll: 60_000 })];
  const at = await place();
  const lagging = open(two, at, bob); // keeps the document open on node two, which hears of nothing
  await saved(lagging);
  const [a, b] = [open(one, at, ann), open(one, at, bob)];
  a.cells.set('by ann', 1);
  await saved(a);
  await eventually(() => expect(b.cells.get('by ann')).toBe(1));
  const moved = open(two, at, bob, b.document); // brings ann's structs, and edits on top of them at once
  moved.cells.set('by ann', 2);
  await saved(moved);
  expect(moved.closes).toEqual([]);
  await converged([moved, lagging], 1000);
});

it('DO3 a node that is behind rows which were compacted away reads the newest snapshot', async () => {
  const bus = fragileBus();
  bus.up = false;
  const [one, two] = [await start({ bus }), await start({ bus, poll: 60_000 })];
  const at = await place();
  const [a, b] = [open(one, at, ann), open(two, at, bob)];
  await Promise.all([saved(a), saved(b)]);
  for (let round = 0; round < 3; round += 1) {
    await edited([a], 5);
    expect(await compact(database.log, workshop, at.diagram, { rows: 1, bytes: Infinity })).not.toBeNull();
  }
  const rows = await database.log.query('select from document_update where diagram_id = $1 and seq = 1', [at.diagram]);
  expect(rows).toEqual([]);
  b.cells.set('mine', 1); // its row is far ahead of what node two has
  await saved(b);
  await converged([a, b], 1000);
});

it('DO1 what was sent right before a socket broke is committed all the same', async () => {
  const { executor, hold } = heldUp();
  const stage = await start({ executor });
  const at = await place();
  const client = open(stage, at, ann);
  await saved(client);
  const { waiting, release } = hold();
  client.cells.set('c0', new Y.Map());
  await waiting; // the first is on its way, the others wait for it
  for (let edit = 1; edit < 5; edit += 1) client.cells.set(`c${edit}`, new Y.Map());
  client.websocket.shouldConnect = false;
  client.websocket.webSocket!.close();
  await eventually(() => expect(stage.left).not.toEqual([])); // by then all of them have come
  release();
  await eventually(async () => expect(await cellsOf(stage.store, at.diagram)).toHaveLength(5));
  await eventually(() => expect(stage.rows).toHaveLength(2));
});

it('AC3 AC4 what somebody may do changes within a second on every node, without the bus', async () => {
  const bus = fragileBus();
  bus.up = false;
  const [one, two] = [await start({ bus, poll: 500 }), await start({ bus, poll: 500 })];
  const at = await place();
  const [a, b] = [open(one, at, ann), open(two, at, bob)];
  await Promise.all([saved(a), saved(b)]);
  await grant(database, at.model, bob, 'reader');
  b.cells.set('refused', 1);
  await eventually(
    () => expect(b.messages.at(-1)).toMatchObject({ type: 'error', code: 'forbidden', request_type: 'update' }),
    1000,
  );
  expect(await cellsOf(one.store, at.diagram)).toEqual([]);
  expect(await headOf(one.store, at.diagram)).toBe(0);
  await grant(database, at.model, bob, 'writer');
  await saved(b);
  expect(await headOf(one.store, at.diagram)).toBe(1);
  await grant(database, at.model, bob, null);
  await eventually(() => expect(b.closes[0]).toEqual({ code: 4403, reason: 'forbidden' }), 1000);
});

it('AC3 also who waits for a document that is being loaded is decided anew, without the bus', async () => {
  const loaded = Promise.withResolvers<void>();
  const query: Database['content']['query'] = async (...question) => {
    await loaded.promise;
    return database.content.query(...question);
  };
  const bus = fragileBus();
  bus.up = false;
  const stage = await start({ bus, database: { ...database, content: { ...database.content, query } } });
  const at = await place();
  const b = open(stage, at, bob);
  await eventually(() => expect(stage.joined).toHaveLength(1));
  await grant(database, at.model, bob, null);
  await eventually(() => expect(b.closes[0]).toEqual({ code: 4403, reason: 'forbidden' }), 1000);
  loaded.resolve();
});

it('a diagram that is deleted closes with 4404', async () => {
  const stage = await start();
  const at = await place();
  const client = open(stage, at, ann);
  await saved(client);
  await database.log.query('delete from diagram where id = $1', [at.diagram]);
  await eventually(() => expect(client.closes[0]?.code).toBe(4404));
});

/** Somebody whose document has two rows, of which the database has lost the second. */
async function setBackUnder(stage: Stage) {
  const at = await place();
  const client = open(stage, at, ann);
  await saved(client);
  for (const value of [1, 2]) {
    client.cells.set('a', value);
    await saved(client);
  }
  await setBack(database, at.diagram);
  return { at, client };
}

it('DO3 a log that is shorter than what this node has (a database that was set back) is loaded anew', async () => {
  const stage = await start();
  const { at, client } = await setBackUnder(stage);
  await eventually(() => expect(client.closes[0]?.code).toBe(1012));
  await saved(client); // it connects again and brings what the database has lost
  expect(await headOf(stage.store, at.diagram)).toBe(2);
});

it('DO3 an edit on top of rows that the database has lost is not stored, and the document is loaded anew', async () => {
  const stage = await start({ poll: 60_000 }); // nobody else notices
  const { at, client } = await setBackUnder(stage);
  client.cells.set('a', 3);
  await eventually(() => expect(client.closes[0]?.code).toBe(1012));
  await saved(client);
  expect((await stored(database, at.diagram)).getMap('cells').toJSON()).toEqual({ a: 3 });
});

it('DO3 nor is one on top of rows in whose place others have written since', async () => {
  const bus = fragileBus();
  bus.up = false;
  const [stage, other] = [await start({ bus, poll: 60_000 }), await start({ bus, poll: 60_000 })];
  const { at, client } = await setBackUnder(stage);
  const theirs = new Y.Doc();
  theirs.getMap('cells').set('b', 1);
  await other.store.submit(at.diagram, ann.id, Y.encodeStateAsUpdate(theirs));
  client.cells.set('a', 3);
  await eventually(() => expect(client.closes[0]?.code).toBe(1012));
  await saved(client);
  expect((await stored(database, at.diagram)).getMap('cells').toJSON()).toEqual({ a: 3, b: 1 });
});

it('DO3 a row that says something else than the one that was applied (a database that was set back, and written to) is noticed', async () => {
  const bus = fragileBus();
  const stage = await start({ bus, poll: 60_000 });
  const at = await place();
  const client = open(stage, at, ann);
  await saved(client);
  client.cells.set('a', 1);
  await saved(client);
  const seq = await headOf(stage.store, at.diagram);
  const [row] = await database.log.query<{ bytes: Uint8Array }>(
    'select bytes from document_update where diagram_id = $1 and seq = $2',
    [at.diagram, seq],
  );
  const tell = (bytes: Uint8Array) =>
    bus.publish(rowChannel(at.diagram), encodeRowMessage({ diagram: at.diagram, seq, bytes }));
  tell(row!.bytes); // the same again is nothing
  client.cells.set('b', 1);
  await saved(client);
  expect(client.closes).toEqual([]);
  tell(joinUpdates([Y.encodeStateAsUpdate(new Y.Doc())]));
  await eventually(() => expect(client.closes[0]?.code).toBe(1012));
  await saved(client);
});

/** The log's way to the database, which can be held up. */
function heldUp() {
  let arrived = () => {};
  let held = Promise.resolve();
  const executor: SqlExecutor = {
    ...database.log,
    async query(text, values) {
      arrived();
      await held;
      return database.log.query(text, values);
    },
  };
  /** @returns that something is held up, and the way to let it go on */
  const hold = () => {
    const { promise: waiting, resolve } = Promise.withResolvers<void>();
    const { promise, resolve: release } = Promise.withResolvers<void>();
    [arrived, held] = [resolve, promise];
    return { waiting, release };
  };
  return { executor, hold };
}

it('NO1 a node that drains tells everybody what is saved, closes them with 1012, and refuses upgrades', async () => {
  const { executor, hold } = heldUp();
  const stage = await start({ executor });
  const at = await place();
  const clients = [open(stage, at, ann), open(stage, at, bob)];
  await Promise.all(clients.map((client) => saved(client)));
  const { waiting, release } = hold();
  clients[0]!.cells.set('last', 1);
  await waiting;
  const draining = stage.sync.drain();
  release();
  await draining;
  expect(await headOf(stage.store, at.diagram)).toBe(1);
  for (const client of clients) await eventually(() => expect(client.closes[0]?.code).toBe(1012));
  expect(clients.map(({ provider }) => provider.unsyncedChanges)).toEqual([0, 0]); // of before: nobody is let in again
  const late = new WebSocket(stage.url(at));
  await new Promise((resolve) => late.addEventListener('error', resolve));
});

it('NO1 a node that drains stores also what its database has not taken when everybody is closed', async () => {
  const { executor, hold } = heldUp();
  const stage = await start({ executor, overrides: { pace: { round: 100, flushDeadline: 300, closeOver: 40 } } });
  const at = await place();
  const client = open(stage, at, ann);
  await saved(client);
  const { waiting, release } = hold();
  client.cells.set('last', 1);
  await waiting;
  const draining = stage.sync.drain();
  await eventually(() => expect(client.closes[0]?.code).toBe(1012));
  release();
  await draining;
  expect(await headOf(stage.store, at.diagram)).toBe(1);
});
