/** Applying what was read of a log: as a whole or not at all, row by row, in turns where it takes long. */
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { Unreadable, type LogPart } from '../../src/documents/log-part.ts';
import { isHeavy, replay, replayInTurns, replayRow } from '../../src/documents/replaying.ts';
import { joinUpdates } from '../../src/documents/row.ts';
import { encodeUpdate, weightOf } from '../../src/documents/slicing.ts';
import { decodeState } from '../../src/documents/update.ts';

const rowOf = (seq: number, ...updates: Uint8Array[]) => ({ seq, bytes: joinUpdates(updates) });
/** Deletes a clock of a client that nobody has heard of. */
const DELETION = Uint8Array.of(0, 1, 7, 1, 0, 1);

/** The updates of a document that is changed so many times. */
function updatesOf(count: number, document = new Y.Doc()): Uint8Array[] {
  const updates: Uint8Array[] = [];
  document.on('update', (update: Uint8Array) => updates.push(update));
  for (let z = 0; z < count; z += 1) document.getMap('cells').set(`c${z}`, z);
  return updates;
}

it('DO5 a row that deletes what no row has brought cannot be read', () => {
  expect(() => replayRow(new Y.Doc(), rowOf(1, DELETION))).toThrow(Unreadable);
});

it('DO5 a row that spans more clocks than anybody could count is applied like any other', () => {
  const span = 2 ** 50;
  const last = new Y.Item(Y.createID(7, span), null, null, null, null, 'cells' as never, 'a', new Y.ContentAny(['x']));
  const spanning = encodeUpdate(
    [new Y.GC(Y.createID(7, 0), span), last],
    new Map([[7, [{ clock: 0, len: span + 1 }]]]),
  );
  const large = new Y.Doc();
  large.getMap('cells').set('b', 'x'.repeat(70_000));
  const document = new Y.Doc();
  replay(document, { head: 1, snapshot: null, rows: [rowOf(1, Y.encodeStateAsUpdate(large), spanning)] });
  expect([...document.getMap('cells').keys()]).toEqual(['b']);
});

it('DO5 a large row whose structs wait for each other cannot be read', () => {
  const item = (clock: number) =>
    new Y.Item(
      Y.createID(7, clock),
      null,
      Y.createID(7, 599),
      null,
      null,
      null,
      null,
      new Y.ContentAny(['x'.repeat(80)]),
    );
  const waiting = encodeUpdate(
    Array.from({ length: 600 }, (_, clock) => item(clock)),
    new Map([[7, [{ clock: 0, len: 1 }]]]),
  );
  const part = { head: 1, snapshot: null, rows: [rowOf(1, waiting, ...updatesOf(600))] };
  expect(() => replay(new Y.Doc(), part)).toThrow(Unreadable);
});

it('DO3 the updates of a row are applied together', () => {
  const document = new Y.Doc();
  let changes = 0;
  document.on('afterTransaction', () => (changes += 1));
  replayRow(document, rowOf(1, ...updatesOf(3)));
  expect([changes, document.getMap('cells').size]).toEqual([1, 3]);
});

it.each<[string, (document: Y.Doc, part: LogPart) => unknown]>([
  ['row by row', (document, { rows }) => rows.forEach((row) => replayRow(document, row))],
  ['in large steps', replay],
  ['in turns', (document, part) => replayInTurns(document, part, null, { turn: async () => {}, wanted: () => true })],
])('DO3 formatted text is left as the log says, %s: what Yjs would tidy up no row deletes', async (_, apply) => {
  const [one, two] = [new Y.Doc(), new Y.Doc()];
  const updates: Uint8Array[] = [];
  for (const document of [one, two])
    document.on('update', (update: Uint8Array, origin) => origin !== 'other' && updates.push(update));
  const textOf = (document: Y.Doc) => document.getMap<Y.Text>('cells').get('text')!;
  one.getMap('cells').set('text', new Y.Text());
  textOf(one).insert(0, 'xy', { bold: true });
  Y.applyUpdate(two, Y.encodeStateAsUpdate(one), 'other');
  textOf(one).delete(0, 1);
  textOf(two).delete(1, 1); // together they leave nothing between the signs that bold begins and ends
  const deleted = updates.reduce((sum, update) => sum + weightOf({ ...decodeState(update), structs: [] }), 0);
  const rows = updates.map((update, index) => rowOf(index + 1, update));
  const document = new Y.Doc();
  await apply(document, { head: rows.length, snapshot: null, rows });
  expect(weightOf({ ...decodeState(Y.encodeStateAsUpdate(document)), structs: [] })).toBe(deleted);
});

it('DO3 a row is heavy for what it deletes, in however many bytes a client writes its numbers', () => {
  const document = new Y.Doc();
  document.clientID = 7;
  updatesOf(60_000, document);
  const dragged = Uint8Array.of(0, 1, 7, 1, 0, 0xd0, 0x8c, 0x81, 0x00); // 16 * 1024 + 1,616 clocks
  expect([isHeavy(document, rowOf(1, DELETION)), isHeavy(document, rowOf(1, dragged))]).toEqual([false, true]);
});

it('DO3 a row is heavy for what its updates delete together, however little each does', () => {
  const document = new Y.Doc();
  document.clientID = 7;
  updatesOf(60_000, document);
  const deleting = (clock: number) => encodeUpdate([], new Map([[7, [{ clock, len: 400 }]]]));
  expect(isHeavy(document, rowOf(1, deleting(0)))).toBe(false);
  expect(isHeavy(document, rowOf(1, ...[0, 400, 800].map(deleting)))).toBe(true);
});

it.each<[string, (state: Uint8Array, updates: Uint8Array[]) => Pick<LogPart, 'snapshot' | 'rows'>]>([
  ['a snapshot', (state) => ({ snapshot: rowOf(60, state), rows: [] })],
  ['a large row', (state) => ({ snapshot: null, rows: [rowOf(1, state)] })],
  [
    'many small ones',
    (_, updates) => ({
      snapshot: null,
      rows: Array.from({ length: 60 }, (_unused, index) =>
        rowOf(index + 1, ...updates.slice(index * 1000, (index + 1) * 1000)),
      ),
    }),
  ],
])('DO3 a document that was short and is long by %s has heavy rows', async (_, partOf) => {
  const grown = new Y.Doc();
  grown.clientID = 7;
  const updates = updatesOf(60_000, grown);
  const row = rowOf(61, encodeUpdate([], new Map([[7, [{ clock: 100, len: 5000 }]]])));
  const document = new Y.Doc();
  expect(isHeavy(document, row)).toBe(false);
  const part = { head: 60, ...partOf(Y.encodeStateAsUpdate(grown), updates) };
  await replayInTurns(document, part, null, { turn: async () => {}, wanted: () => true });
  expect(isHeavy(document, row)).toBe(true);
});

it('DO3 a row that is heavy is applied in parts, none of which deletes much', async () => {
  const document = new Y.Doc();
  document.clientID = 7;
  updatesOf(60_000, document);
  const deleted: number[] = [];
  document.on('afterTransaction', ({ deleteSet }: Y.Transaction) => {
    deleted.push([...deleteSet.clients.values()].flat().reduce((sum, { len }) => sum + len, 0));
  });
  const row = rowOf(1, encodeUpdate([], new Map([[7, [{ clock: 100, len: 5000 }]]])));
  const turns = { turn: async () => {}, wanted: () => true };
  await replayInTurns(document, { head: 1, snapshot: null, rows: [row] }, null, turns);
  expect(deleted).toEqual(Array.from({ length: 10 }, () => 500));
  expect(document.getMap('cells').size).toBe(55_000);
});

it('DO3 of much that was deleted the rest is collected at once, and later edits are collected as ever', async () => {
  const document = new Y.Doc();
  document.clientID = 7;
  updatesOf(60_000, document);
  const row = rowOf(1, encodeUpdate([], new Map([[7, [{ clock: 0, len: 50_000 }]]])));
  const turns = { turn: async () => {}, wanted: () => true };
  await replayInTurns(document, { head: 1, snapshot: null, rows: [row] }, null, turns);
  document.getMap('cells').delete('c59999');
  const dead = document.store.clients.get(7)!.filter((struct) => struct.deleted);
  expect(dead.every((struct) => struct instanceof Y.Item && struct.content instanceof Y.ContentDeleted)).toBe(true);
  expect([dead.length, document.getMap('cells').size]).toEqual([50_001, 9999]);
});

it('DO3 what nobody wants any more is not applied to its end', async () => {
  const rows = updatesOf(20_000).map((update, index) => rowOf(index + 1, update));
  const document = new Y.Doc();
  let turns = 0;
  await replayInTurns(document, { head: rows.length, snapshot: null, rows }, null, {
    turn: async () => void (turns += 1),
    wanted: () => false,
  });
  expect(turns).toBe(1);
  expect(document.getMap('cells').size).toBeLessThan(rows.length);
});
