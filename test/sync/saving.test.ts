/** When a stock provider believes that it is saved: exactly when everything that it made is committed. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { Database, SqlExecutor } from '../../src/database/database.ts';
import { splitUpdates } from '../../src/documents/row.ts';
import type { Actor } from '../../src/identity/person.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually, pause, saved } from '../support/patience.ts';
import { connect, disconnect, disconnectAll, type Client } from '../support/provider.ts';
import { addDiagram, addPerson, grant, startStage, type Stage } from './stage.ts';

let database: Database;
let stage: Stage;
let ann: Actor;
let bob: Actor;
/** How long the log takes, ms; null: it does not answer. */
let delay: number | null = 0;
/** The code with which the log refuses what it is to write. */
let fault: string | null = null;
let release = () => {};

const slow: SqlExecutor = {
  async query(text, values) {
    if (delay === null) await new Promise<void>((resolve) => (release = resolve));
    else if (delay > 0) await pause(delay!);
    if (fault) throw Object.assign(new Error('refused'), { code: fault });
    return database.log.query(text, values);
  },
  transaction: (work) => database.log.transaction(work),
};

beforeAll(async () => {
  database = await freshDatabase();
  [ann, bob] = [await addPerson(database, 'ann'), await addPerson(database, 'bob')];
  stage = await startStage({ database, people: [ann, bob], executor: slow });
});
afterEach(() => {
  delay = 0;
  fault = null;
  release();
  disconnectAll();
});
afterAll(async () => {
  await stage.close();
  await database.close();
});

const place = () =>
  addDiagram(database, [
    [ann, 'owner'],
    [bob, 'reader'],
  ]);
const open = (at: { model: string; diagram: string }, person: Actor, document?: Y.Doc) =>
  connect({ url: stage.url(at), name: `diagram:${at.diagram}`, token: person.id, ...(document && { document }) });

/** Everything that this node has committed to a diagram. */
function committed(diagram: string): Y.Doc {
  const document = new Y.Doc();
  for (const row of stage.rows) {
    if (row.diagram === diagram) for (const update of splitUpdates(row.bytes)) Y.applyUpdate(document, update);
  }
  return document;
}

function lacks(client: Client, diagram: string): boolean {
  const all = Y.encodeStateAsUpdate(client.document);
  return !Y.snapshotContainsUpdate(Y.snapshot(committed(diagram)), all);
}

/** Counts the zeros of a client's counter that are not true. */
function untrueZeros(client: Client, diagram: string): () => number {
  let untrue = 0;
  client.provider.on('unsyncedChanges', ({ number }: { number: number }) => {
    if (number === 0 && lacks(client, diagram)) untrue += 1;
  });
  return () => untrue;
}

it('DO1 the counter stays above zero until the commit', async () => {
  const at = await place();
  const client = open(at, ann);
  await saved(client);
  delay = null;
  client.cells.set('a', 1);
  client.cells.set('b', 2);
  expect(client.provider.unsyncedChanges).toBe(2);
  await pause(100);
  expect(client.provider.unsyncedChanges).toBe(2);
  expect(lacks(client, at.diagram)).toBe(true);
  delay = 0;
  release();
  await saved(client);
  expect(lacks(client, at.diagram)).toBe(false);
});

it('DO2 nobody sees what is not committed', async () => {
  const at = await place();
  const [a, b] = [open(at, ann), open(at, bob)];
  await Promise.all([saved(a), saved(b)]);
  delay = null;
  a.cells.set('a', 1);
  await pause(100);
  const newcomer = open(at, bob);
  await saved(newcomer);
  expect([b, newcomer].map(({ cells }) => cells.has('a'))).toEqual([false, false]);
  delay = 0;
  release();
  await eventually(() => expect([b, newcomer].map(({ cells }) => cells.get('a'))).toEqual([1, 1]));
});

it('DO1 what the database refuses for good is not acknowledged; it stays unsaved until it is stored', async () => {
  const at = await place();
  const client = open(at, ann);
  await saved(client);
  const untrue = untrueZeros(client, at.diagram);
  fault = '23514';
  client.cells.set('a', 1);
  await eventually(() => expect(client.closes.map(({ code }) => code)).toContain(1013));
  fault = null;
  await saved(client);
  expect(untrue()).toBe(0);
  expect(lacks(client, at.diagram)).toBe(false);
});

it('DO1 every zero is true, and zero is reached, over many reconnects', async () => {
  const at = await place();
  delay = 3;
  const client = open(at, ann);
  let zeros = 0;
  const untrue = untrueZeros(client, at.diagram);
  client.provider.on('unsyncedChanges', ({ number }: { number: number }) => {
    if (number === 0) zeros += 1;
  });
  let edits = 0;
  const edit = () => client.cells.set(`c${(edits += 1) % 7}`, edits);
  for (let round = 0; round < 6; round += 1) {
    for (let burst = 0; burst < 15; burst += 1) {
      for (let count = 0; count < 4; count += 1) edit();
      await pause(burst % 3);
    }
    if (round % 2 === 1) await saved(client);
    client.websocket.webSocket?.close(); // edits of the next rounds are made while it is away, and while it comes back
    for (let offline = 0; offline < 5; offline += 1) {
      edit();
      await pause(15);
    }
  }
  await saved(client);
  await pause(50);
  expect(client.provider.unsyncedChanges).toBe(0);
  expect(untrue()).toBe(0);
  expect(zeros).toBeGreaterThanOrEqual(4);
  expect(committed(at.diagram).getMap('cells').toJSON()).toEqual(client.cells.toJSON());
});

it('DO4 an offline edit is saved after a reconnect, also one that depends on others made offline', async () => {
  const at = await place();
  const first = new Y.Doc();
  first.getMap('cells').set('old', 1); // made before there ever was a connection
  const client = open(at, ann, first);
  await saved(client);
  client.websocket.disconnect();
  await eventually(() => expect(client.closes).toHaveLength(1));
  client.cells.set('offline', 2);
  client.cells.set('offline', 3);
  void client.websocket.connect();
  await saved(client);
  expect(committed(at.diagram).getMap('cells').toJSON()).toEqual({ old: 1, offline: 3 });
});

it('DO1 an idle reader is saved, also one that comes with all the deletions of the document', async () => {
  const at = await place();
  const writer = open(at, ann);
  writer.cells.set('a', 1);
  writer.cells.set('a', 2);
  writer.cells.delete('a');
  await saved(writer);
  const reader = open(at, bob);
  await saved(reader);
  disconnect(reader);
  const again = open(at, bob, reader.document);
  await saved(again);
  expect(again.messages).toEqual([]);
});

it('AC4 what was refused to a reader is owed until they may write, and is then saved', async () => {
  const at = await place();
  const reader = open(at, bob);
  await saved(reader);
  reader.cells.set('mine', 1);
  await eventually(() => expect(reader.messages.map((message) => message.type)).toContain('error'));
  expect(reader.provider.unsyncedChanges).toBe(1);
  await grant(database, at.model, bob, 'writer');
  await saved(reader);
  expect(committed(at.diagram).getMap('cells').toJSON()).toEqual({ mine: 1 });
  reader.cells.set('mine', 2);
  await saved(reader);
});
