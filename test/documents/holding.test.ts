/** How much a document may hold besides bytes. */
import fc from 'fast-check';
import * as encoding from 'lib0/encoding';
import { expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { heldBy, watch } from '../../src/documents/holding.ts';
import { joinUpdates } from '../../src/documents/row.ts';
import { MalformedUpdate, decodeUpdate, type DecodedUpdate } from '../../src/documents/update.ts';
import { work } from '../../src/documents/work.ts';

const maps = (count: number) => Array.from({ length: count }, () => new Y.Map());

const emptyObjects = (count: number) => Array.from({ length: count }, () => ({}));

/** A struct of JSON as old clients write it. */
function jsonList(...texts: string[]): Uint8Array {
  return encoding.encode((encoder) => {
    for (const number of [1, 1, 7, 0, 2, 1]) encoding.writeVarUint(encoder, number);
    encoding.writeVarString(encoder, 'list');
    encoding.writeVarUint(encoder, texts.length);
    for (const text of texts) encoding.writeVarString(encoder, text);
    encoding.writeVarUint(encoder, 0);
  });
}

it('DO4 types, structs and values are counted, those that came by an update too', () => {
  const document = new Y.Doc();
  document.getArray<unknown>('list').insert(0, [1, new Y.Map(), 2, { a: [{}, null] }]);
  expect(heldBy(document)).toEqual({ types: 1, structs: 3, values: 7 });
  document.getText('text').insert(0, 'a', { bold: true });
  document.getText('text').insertEmbed(1, { image: 'a' });
  const held = { types: 1, structs: 7, values: 12 };
  expect(heldBy(document)).toEqual(held);
  expect(heldBy(new Y.Doc(), decodeUpdate(Y.encodeStateAsUpdate(document)).structs)).toEqual(held);
  const json = new Y.Doc();
  Y.applyUpdate(json, jsonList('{"a":[1]}', 'undefined'));
  expect(heldBy(json)).toEqual({ types: 0, structs: 1, values: 5 });
});

it('DO4 a document that comes to hold too many types, structs or values is said to', () => {
  for (const most of [
    { types: 10, structs: 1000, values: 1000 },
    { types: 1000, structs: 10, values: 1000 },
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
  const document = new Y.Doc();
  const full = watch(document, { types: 10, structs: 10, values: 10 });
  document.getMap('cells').set('a', emptyObjects(9));
  expect(full()).toBe(false);
  document.getMap('cells').set('b', 1);
  expect(full()).toBe(true);
});

it('DO4 what went does not count, however often something came in its place', () => {
  const document = new Y.Doc();
  const full = watch(document, { types: 10, structs: 1000, values: 1000 });
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

it('DO4 an update with values out of all proportion is refused before they are made, whatever they are in', () => {
  const inArray = new Y.Doc();
  inArray.getArray('list').insert(0, emptyObjects(2_000_001));
  const within = new Y.Doc();
  within.getMap('cells').set('a', { a: emptyObjects(2_000_001) });
  const embedded = new Y.Doc();
  embedded.getText('text').insertEmbed(0, { a: emptyObjects(1_000_001) });
  const json = JSON.stringify(emptyObjects(500_001));
  const parse = vi.spyOn(JSON, 'parse');
  for (const update of [
    ...[inArray, within, embedded].map((document) => Y.encodeStateAsUpdate(document)),
    jsonList(json, json),
  ])
    expect(() => decodeUpdate(update)).toThrow('too many values');
  // Of what is too much nothing is parsed but the first of the two texts.
  expect(parse.mock.calls.filter(([text]) => text.length > json.length)).toEqual([]);
  parse.mockRestore();
});

it('DO4 values are read as Yjs reads them', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      fc.pre(!JSON.stringify(value).includes('"__proto__"'));
      const document = new Y.Doc();
      document.getArray<unknown>('list').insert(0, [[value], Uint8Array.of(1, 2), { big: 7n }]);
      const update = Y.encodeStateAsUpdate(document);
      const arraysIn = ({ structs }: Pick<DecodedUpdate, 'structs'>) =>
        structs.map((struct) => ((struct as Y.Item).content as Y.ContentAny).arr);
      expect(arraysIn(decodeUpdate(update))).toEqual(arraysIn(Y.decodeUpdate(update)));
    }),
  );
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
