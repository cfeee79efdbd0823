/** Large documents: opened, told and edited in portions, in turns with everything else. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { Database } from '../../../src/database/database.ts';
import { splitUpdates } from '../../../src/documents/row.ts';
import { compact } from '../../../src/documents/snapshots.ts';
import { createWorkshop } from '../../../src/documents/workshop.ts';
import type { Actor } from '../../../src/identity/person.ts';
import { freshDatabase } from '../../support/database.ts';
import { eventually, pause, saved } from '../../support/patience.ts';
import { connect, disconnect, disconnectAll, type Client } from '../../support/provider.ts';
import { NO_STATE, openRaw } from '../../support/raw-socket.ts';
import { addDiagram, addPerson, setBack, startStage, type Stage } from '../stage.ts';

const CELLS = 6000;
const workshop = createWorkshop();
let database: Database;
let stage: Stage;
let ann: Actor;
let bob: Actor;

beforeAll(async () => {
  database = await freshDatabase();
  [ann, bob] = [await addPerson(database, 'ann'), await addPerson(database, 'bob')];
  stage = await startStage({ database, people: [ann, bob], poll: 50 });
});
afterEach(disconnectAll);
afterAll(async () => {
  await stage.close();
  await workshop.stop();
  await database.close();
});

type Place = Awaited<ReturnType<typeof addDiagram>>;

async function largePlace(): Promise<Place> {
  const at = await addDiagram(database, [
    [ann, 'owner'],
    [bob, 'writer'],
  ]);
  const cells = Array.from({ length: CELLS }, (_, z) => ({ id: `c${z}`, z, label: `Cell ${z}`, x: z, y: z }));
  await stage.store.replace(at.diagram, ann.id, cells, null);
  return at;
}

const open = (at: Place, person: Actor, document?: Y.Doc): Client =>
  connect({ url: stage.url(at), name: `diagram:${at.diagram}`, token: person.id, ...(document && { document }) });

/** The kinds of sync frames that came: 0 a step 1, 1 a step 2, 2 an update. */
async function syncFrames(at: Place, stateVector: Uint8Array): Promise<number[]> {
  const socket = openRaw(stage.url(at));
  await socket.opened;
  const address = `diagram:${at.diagram}`;
  socket.auth(address, bob.id);
  socket.sync(address, 0, stateVector);
  const kinds = () => socket.received.filter(({ type }) => type === 0).map(({ detail }) => detail);
  await eventually(() => expect(kinds()).toContain(1));
  socket.close();
  return kinds();
}

it('DO3 a newcomer is told in portions, and is in sync when all have come; who comes back is told the rest', async () => {
  const at = await largePlace();
  const frames = await syncFrames(at, NO_STATE);
  expect(frames.length).toBeGreaterThan(5);
  expect([frames[0], new Set(frames.slice(1, -1)), frames.at(-1)]).toEqual([0, new Set([2]), 1]);
  const a = open(at, ann);
  await saved(a);
  await eventually(() => expect(a.cells.size).toBe(CELLS));
  const update = new Y.Doc();
  Y.applyUpdate(update, Y.encodeStateAsUpdate(a.document));
  expect(await syncFrames(at, Y.encodeStateVector(update))).toEqual([0, 1]);
});

it('DO3 edits that are made while somebody opens it reach everybody', async () => {
  const at = await largePlace();
  const a = open(at, ann);
  await saved(a);
  const b = open(at, bob);
  for (let edit = 0; edit < 100; edit += 1) {
    a.cells.set(`edit ${edit}`, edit);
    await pause(2);
  }
  await Promise.all([saved(a), saved(b)]);
  await eventually(() => expect(b.cells.size).toBe(CELLS + 100));
  expect([...a.closes, ...b.closes]).toEqual([]);
});

it('DO1 a large paste is one edit: stored in slices, applied, told and acknowledged', async () => {
  const at = await largePlace();
  const [a, b] = [open(at, ann), open(at, bob)];
  await Promise.all([saved(a), saved(b)]);
  a.document.transact(() => {
    for (let cell = 0; cell < 4000; cell += 1)
      a.cells.set(`pasted ${cell}`, new Y.Map(Object.entries({ z: cell, label: 'a cell that was pasted' })));
  });
  b.cells.set('meanwhile', 1);
  await Promise.all([saved(a), saved(b)]);
  await eventually(() => expect(b.cells.size).toBe(CELLS + 4001));
  const rows = stage.rows.filter(({ diagram }) => diagram === at.diagram);
  expect(Math.max(...rows.slice(1).map((row) => splitUpdates(row.bytes).length))).toBeGreaterThan(2);
  a.cells.set('pasted 1', 'after');
  await saved(a);
  disconnect(b);
  const again = open(at, bob);
  await eventually(() => expect(again.cells.get('pasted 1')).toBe('after'));
  expect(a.closes).toEqual([]);
});

it('DO3 a document of which all was replaced goes on, for who was there, who was away and who comes', async () => {
  const at = await largePlace();
  const [a, b] = [open(at, ann), open(at, bob)];
  await Promise.all([saved(a), saved(b)]);
  await eventually(() => expect([a.cells.size, b.cells.size]).toEqual([CELLS, CELLS]));
  disconnect(b);
  (b.cells.get('c1') as Y.Map<unknown>).set('label', 'of a cell that is gone');
  b.cells.set('away', 1);
  const others = Array.from({ length: CELLS }, (_, z) => ({ id: `other ${z}`, z, label: 'another', x: z, y: z }));
  await stage.store.replace(at.diagram, ann.id, others, null); // deletes 30,000 structs
  a.cells.set('after', 1);
  await saved(a);
  const again = open(at, bob, b.document);
  await saved(again);
  const newcomer = open(at, ann);
  await saved(newcomer);
  for (const { cells } of [a, again, newcomer]) {
    await eventually(() => expect(cells.size).toBe(CELLS + 2));
    expect([cells.has('c1'), cells.has('other 1'), cells.get('after'), cells.get('away')]).toEqual([false, true, 1, 1]);
  }
  (again.cells.get('other 1') as Y.Map<unknown>).set('label', 'edited');
  await saved(again);
  await eventually(() => expect((a.cells.get('other 1') as Y.Map<unknown>).get('label')).toBe('edited'));
  expect([...a.closes, ...again.closes, ...newcomer.closes]).toEqual([]);
});

it('DO4 garbage that is large is refused like any other', async () => {
  const at = await largePlace();
  const socket = openRaw(stage.url(at));
  await socket.opened;
  socket.auth(`diagram:${at.diagram}`, ann.id);
  socket.sync(`diagram:${at.diagram}`, 0, NO_STATE);
  socket.sync(`diagram:${at.diagram}`, 2, new Uint8Array(300_000).fill(7));
  expect((await socket.closed).code).toBe(4400);
});

it('DO5 what is read is never guessed at: 1013, and without a bad snapshot at the next attempt', async () => {
  const at = await largePlace();
  await compact(database.content, workshop, at.diagram, { rows: 1, bytes: Infinity });
  await stage.store.replace(at.diagram, ann.id, [{ id: 'left', z: 1 }], null);
  await compact(database.content, workshop, at.diagram, { rows: 1, bytes: Infinity });
  await database.log.query(`update document_snapshot set bytes = '\\x0501' where diagram_id = $1 and seq = 2`, [
    at.diagram,
  ]);
  const client = open(at, ann);
  await eventually(() => expect(client.closes[0]).toEqual({ code: 1013, reason: 'unavailable' }));
  // It connects again; it may be told that all of its own is saved before it was told all of the document.
  await eventually(() => expect(client.cells.toJSON()).toEqual({ left: { id: 'left', z: 1 } }));
  await database.log.query(`update document_snapshot set bytes = '\\x0501' where diagram_id = $1`, [at.diagram]);
  disconnect(client);
  const refused = open(at, ann);
  await eventually(() => expect(refused.closes.length).toBeGreaterThan(2));
  expect(new Set(refused.closes.map(({ code }) => code))).toEqual(new Set([1013]));
});

it('DO3 a log that says something else at a sequence number that was applied (a database that was set back) is loaded anew', async () => {
  const at = await addDiagram(database, [[ann, 'owner']]);
  const client = open(at, ann);
  await saved(client);
  for (const key of ['a', 'b']) {
    client.cells.set(key, 1);
    await saved(client);
  }
  await setBack(database, at.diagram);
  client.cells.set('c', 1); // becomes row 2 again, before any poll could see a lower head
  await eventually(() => expect(client.closes[0]?.code).toBe(1012));
  await saved(client);
  const fresh = open(at, ann);
  await saved(fresh);
  expect(fresh.cells.toJSON()).toEqual({ a: 1, b: 1, c: 1 });
});
