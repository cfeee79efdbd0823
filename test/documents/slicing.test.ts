/** Large updates cut into parts: none holds or deletes much, and together they say the same. */
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { joinUpdates } from '../../src/documents/row.ts';
import { isHeavy, replay } from '../../src/documents/replaying.ts';
import { encodeUpdate, sliced, slicedDeletions, slicedState, slicedStructs } from '../../src/documents/slicing.ts';
import { decodeState, decodeUpdate, MalformedUpdate, type DecodedUpdate } from '../../src/documents/update.ts';
import { seeded } from '../support/seeded.ts';

const cellsOf = (document: Y.Doc) => document.getMap<Y.Map<unknown>>('cells');

function documentOf(cells: number): Y.Doc {
  const document = new Y.Doc();
  document.transact(() => {
    for (let z = 0; z < cells; z += 1) cellsOf(document).set(`c${z}`, new Y.Map(Object.entries({ z, x: 1, y: 2 })));
  });
  return document;
}

function copyOf(document: Y.Doc): Y.Doc {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(document));
  return copy;
}

/** The one update that a change is. */
function updateOf(document: Y.Doc, change: () => void): Uint8Array {
  let made: Uint8Array | null = null;
  document.once('update', (update: Uint8Array) => (made = update));
  document.transact(change);
  return made!;
}

/** Yjs writes of a struct that it has in a document whether it stands under a key, also where it names what tells that. */
function reread(update: Uint8Array): Uint8Array {
  const { structs, deletes } = decodeState(update);
  return encodeUpdate(structs as (Y.Item | Y.GC)[], deletes);
}

const deletedBy = ({ deletes }: DecodedUpdate) => [...deletes.values()].flat().reduce((sum, { len }) => sum + len, 0);

it('DO3 a part holds no more than 500 structs', () => {
  const parts = sliced(decodeState(Y.encodeStateAsUpdate(documentOf(2000)))).map(decodeState);
  expect(parts.length).toBe(16);
  expect(Math.max(...parts.map(({ structs }) => structs.length))).toBe(500);
});

it('DO3 a few bytes that delete much become parts that each delete no more than 500 clocks, the last first', () => {
  const document = documentOf(2000);
  const copy = copyOf(document);
  const update = updateOf(document, () => {
    for (let z = 0; z < 1900; z += 1) if (z % 100 > 0) cellsOf(document).delete(`c${z}`);
    cellsOf(document).set('new', new Y.Map());
  });
  expect(update.byteLength).toBeLessThan(200);
  const decoded = decodeState(update);
  for (const part of slicedStructs(decoded)) Y.applyUpdate(copy, part);
  const parts = slicedDeletions(decoded, copy);
  const deleted = parts.map((part) => deletedBy(decodeState(part)));
  expect(Math.max(...deleted)).toBeLessThanOrEqual(500);
  const begins = parts.map((part) => [...decodeState(part).deletes.values()].flat()[0]!.clock);
  expect(begins).toEqual(begins.toSorted((a, b) => b - a));
  expect(deleted.reduce((sum, count) => sum + count, 0)).toBe(deletedBy(decodeState(update)));
  for (const part of parts) Y.applyUpdate(copy, part);
  expect(Y.equalSnapshots(Y.snapshot(copy), Y.snapshot(document))).toBe(true);
  expect(cellsOf(copy).size).toBe(101 + 19);
});

it('DO4 however many clocks a deletion spans, it makes no more parts than there is to delete', () => {
  const span = 2 ** 50;
  const document = Object.assign(new Y.Doc(), { clientID: 7 });
  for (let z = 0; z < 100; z += 1) document.getMap('cells').set(`a${z}`, z);
  Y.applyUpdate(document, encodeUpdate([new Y.GC(Y.createID(7, 100), span)], new Map()));
  document.clientID = 7; // Yjs has taken another, since somebody else seemed to write under this one
  for (let z = 0; z < 900; z += 1) document.getMap('cells').set(`b${z}`, z);
  const deletion = encodeUpdate([], new Map([[7, [{ clock: 0, len: span + 1000 }]]]));
  expect(sliced(decodeUpdate(deletion))).toEqual([deletion]);
  const parts = slicedDeletions(decodeUpdate(deletion), document);
  const rest = parts.map((part) => {
    Y.applyUpdate(document, part);
    return document.getMap('cells').size;
  });
  expect(rest).toEqual([500, 0]);
});

it('DO3 each part can be applied as soon as those before it are', () => {
  const [a, b] = [new Y.Doc(), new Y.Doc()];
  a.on('update', (update: Uint8Array) => Y.applyUpdate(b, update));
  b.on('update', (update: Uint8Array) => Y.applyUpdate(a, update));
  for (let place = 0; place < 700; place += 1) (place % 2 === 0 ? a : b).getArray('list').insert(place, [place]);
  a.getArray('list').delete(100, 50);
  const copy = new Y.Doc();
  const parts = sliced(decodeState(Y.encodeStateAsUpdate(a)));
  expect(parts.length).toBeGreaterThan(2);
  for (const part of parts) {
    Y.applyUpdate(copy, part);
    expect(copy.store.pendingStructs ?? copy.store.pendingDs).toBeNull();
  }
  expect(copy.getArray('list').toJSON()).toEqual(a.getArray('list').toJSON());
});

it('DO3 what has holes is cut too: what is missing may be known to whoever reads it', () => {
  const item = (client: number, clock: number, origin: Y.ID) =>
    new Y.Item(Y.createID(client, clock), null, origin, null, null, null, null, new Y.ContentAny([clock]));
  const [skipped, end] = [Y.createID(7, 400), Y.createID(7, 3000)];
  const chain = (client: number, from: number, to: number, first: Y.ID) =>
    Array.from({ length: to - from }, (_, index) =>
      item(client, from + index, index === 0 ? first : Y.createID(client, from + index - 1)),
    );
  const structs = [
    ...chain(9, 0, 600, end),
    ...chain(7, 10, 400, Y.createID(7, 9)),
    new Y.Skip(skipped, 100),
    ...chain(7, 500, 600, skipped),
  ];
  const parts = slicedStructs({ structs }).map(decodeUpdate);
  expect(parts.map((part) => part.structs.length)).toEqual([390, 500, 200]);
  const inParts = parts.flatMap((part) => part.structs.map(({ id }) => `${id.client} ${id.clock}`));
  const brought = structs.filter((struct) => !(struct instanceof Y.Skip));
  expect(inParts.toSorted()).toEqual(brought.map(({ id }) => `${id.client} ${id.clock}`).toSorted());
});

it('DO4 what waits for itself is refused when it is cut', () => {
  const [first, second] = [Y.createID(7, 0), Y.createID(9, 0)];
  const item = (id: Y.ID, origin: Y.ID) => new Y.Item(id, null, origin, null, null, null, null, new Y.ContentAny([1]));
  expect(() => slicedStructs({ structs: [item(second, first), item(first, second)] })).toThrow(MalformedUpdate);
});

it('DO3 a part deletes no more than 4,000 ranges, also of what is brought as deleted', () => {
  const dead = Array.from({ length: 12_000 }, (_, clock) => new Y.GC(Y.createID(1, clock), 1));
  const deleted = Array.from({ length: 6000 }, (_, place) => ({ clock: place * 2, len: 1 }));
  const parts = sliced(decodeState(encodeUpdate(dead, new Map([[1, deleted]])))).map(decodeState);
  const ranges = parts.map(({ deletes }) => [...deletes.values()].flat().length);
  expect([Math.max(...ranges), ranges.reduce((sum, count) => sum + count, 0)]).toEqual([4000, 6000]);
});

it('DO3 what an update brings as deleted makes no further parts', () => {
  const document = documentOf(1);
  document.transact(() => {
    for (let count = 0; count < 20_000; count += 1) cellsOf(document).get('c0')!.set('x', count);
  });
  const state = Y.encodeStateAsUpdate(document);
  expect(deletedBy(decodeState(state))).toBeGreaterThan(10_000);
  expect(sliced(decodeState(state))).toEqual([state]);
});

it('DO3 an edit that deletes much is applied in turns where the document is large, and only there', () => {
  for (const [cells, heavy] of [
    [2000, false],
    [15_000, true],
  ] as const) {
    const document = documentOf(cells);
    const copy = copyOf(document);
    const typed = updateOf(document, () => cellsOf(document).get('c1999')!.set('x', 5));
    const cleared = updateOf(document, () => {
      for (let z = 0; z < 1000; z += 1) cellsOf(document).delete(`c${z}`);
    });
    const rows = [typed, cleared].map((update, index) => ({ seq: index + 1, bytes: joinUpdates([update]) }));
    expect(rows.map((row) => isHeavy(copy, row))).toEqual([false, heavy]);
    replay(copy, { head: 2, snapshot: null, rows });
    expect(Y.equalSnapshots(Y.snapshot(copy), Y.snapshot(document))).toBe(true);
  }
});

it('DO3 the state of a document is cut as if it had been encoded and read', () => {
  for (const seed of [1, 2, 3]) {
    const random = seeded(seed);
    const editors = [1, 2, 3].map((clientID) => Object.assign(new Y.Doc(), { clientID }));
    for (let round = 0; round < 8; round += 1) {
      for (let count = 0; count < 400; count += 1) {
        const editor = random.of(editors);
        const [list, text] = [editor.getArray<number>('list'), editor.getText('text')];
        const [id, place] = [`c${random.below(60)}`, random.below(list.length + 1)];
        random.of([
          () =>
            cellsOf(editor).set(id, new Y.Map(Object.entries({ at: new Y.Map([['x', count]]), list: new Y.Array() }))),
          () => (cellsOf(editor).get(id)?.get('at') as Y.Map<number> | undefined)?.set('x', count),
          () => (cellsOf(editor).get(id)?.get('list') as Y.Array<string> | undefined)?.push(['a', 'b']),
          () => cellsOf(editor).delete(id),
          () => list.insert(place, [count, count]),
          () => list.delete(Math.floor(place / 2), Math.min(2, Math.ceil(list.length / 2))),
          () => text.insert(random.below(text.length + 1), 'wörter', { bold: random.once(2) }),
        ])();
      }
      for (const from of editors) {
        for (const to of editors) Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)));
      }
      const parts = slicedState(editors[0]!);
      expect(parts.map(reread)).toEqual(sliced(decodeState(Y.encodeStateAsUpdate(editors[0]!))).map(reread));
      if (round === 7) expect(parts.length).toBeGreaterThan(5);
    }
  }
});
