/** How much a document may hold besides bytes. */
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { heldBy, watch } from '../../src/documents/holding.ts';
import { joinUpdates } from '../../src/documents/row.ts';
import { MalformedUpdate, decodeUpdate } from '../../src/documents/update.ts';
import { work } from '../../src/documents/work.ts';

const maps = (count: number) => Array.from({ length: count }, () => new Y.Map());

it('DO4 types and structs are counted, those that came by an update too', () => {
  const document = new Y.Doc();
  document.getArray<unknown>('list').insert(0, [1, new Y.Map(), 2]);
  expect(heldBy(document)).toEqual({ types: 1, structs: 3 });
  expect(heldBy(new Y.Doc(), decodeUpdate(Y.encodeStateAsUpdate(document)).structs)).toEqual({ types: 1, structs: 3 });
});

it('DO4 a document that comes to hold too many types, or structs, is said to', () => {
  for (const most of [
    { types: 10, structs: 1000 },
    { types: 1000, structs: 10 },
  ]) {
    const document = new Y.Doc();
    const full = watch(document, most);
    document.getArray('list').insert(0, maps(10));
    expect(full()).toBe(false);
    const copy = new Y.Doc();
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(document));
    copy.getArray('list').insert(5, maps(1));
    Y.applyUpdate(document, Y.encodeStateAsUpdate(copy));
    expect(full()).toBe(true);
  }
});

it('DO4 what went does not count, however often something came in its place', () => {
  const document = new Y.Doc();
  const full = watch(document, { types: 10, structs: 1000 });
  const list = document.getArray('list');
  for (let turn = 0; turn < 100; turn += 1) {
    list.insert(0, [Y.Array.from([new Y.Map(), new Y.Map()])]);
    list.delete(0, 1);
    expect(full()).toBe(false);
  }
});

it('DO4 an update with types out of all proportion is refused before it is one', () => {
  const document = new Y.Doc();
  document.getArray('list').insert(0, maps(200_001));
  expect(() => decodeUpdate(Y.encodeStateAsUpdate(document))).toThrow(MalformedUpdate);
});

it('DO4 an edit by REST is too large for a document that would hold too many types', () => {
  const document = new Y.Doc();
  const list = document.getArray('list');
  const rows = [1, 2].map((seq) => {
    const before = Y.encodeStateVector(document);
    list.insert(0, maps(200_000));
    return { seq, bytes: joinUpdates([Y.encodeStateAsUpdate(document, before)]) };
  });
  const before = Y.encodeStateVector(document);
  list.insert(0, maps(1));
  const update = Y.encodeStateAsUpdate(document, before);
  expect(work.submission({ head: 2, snapshot: null, rows }, update, Infinity).kind).toBe('too large');
});
