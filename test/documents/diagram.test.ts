/** The shape of a diagram: cells as Yjs and as JSON. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { replacementSchema, readCells, type StoredCell } from '../../src/documents/diagram.ts';
import { replaceCells } from '../support/content.ts';

const node = (id: string, z: number, members: object = {}) => ({
  id,
  shape: 'process',
  x: 0,
  y: 0,
  width: 10,
  height: 10,
  label: id,
  z,
  ...members,
});
const edge = (id: string, z: number) => ({
  id,
  shape: 'flow',
  source: { cell: 'a' },
  target: { cell: 'b', port: 'p' },
  z,
});

describe('content', () => {
  it('reads in order of z, then id, what was written', () => {
    const document = new Y.Doc();
    const cells = [node('b', 1), node('a', 1), edge('c', 0), node('d', -1, { data: { risk: [1, null] }, parent: 'a' })];
    replaceCells(document, cells);
    expect(readCells(document).map((cell) => cell.id)).toEqual(['d', 'c', 'a', 'b']);
    expect(readCells(document)).toEqual(cells.toSorted((a, b) => a.z - b.z || (a.id < b.id ? -1 : 1)));
  });

  it('leaves out what is not a cell, and calls a cell what it is kept under', () => {
    const document = new Y.Doc();
    document.getMap('cells').set('noise', 5);
    document.getMap('cells').set('a', new Y.Map([['id', 'another']]));
    expect(readCells(document)).toEqual([{ id: 'a' }]);
  });

  it('DO3 is in one order, wherever the cells came from, also where z is none', () => {
    const list = [2, NaN, 1, 0].map((z, index) => node(`${index}`, z));
    const [one, other] = [new Y.Doc(), new Y.Doc()];
    replaceCells(one, list);
    replaceCells(other, list.toReversed());
    expect(readCells(one)).toEqual(readCells(other));
  });
});

describe('alignCells', () => {
  it('writes nothing where nothing differs', () => {
    const document = new Y.Doc();
    replaceCells(document, [node('a', 1, { data: { b: 1 } })]);
    let updates = 0;
    document.on('update', () => (updates += 1));
    replaceCells(document, [node('a', 1, { data: { b: 1 } })]);
    expect(updates).toBe(0);
  });

  it('changes only the members that differ, so that others who change the rest are not overwritten', () => {
    const [a, b] = [new Y.Doc(), new Y.Doc()];
    replaceCells(a, [node('a', 1), node('gone', 2)]);
    Y.applyUpdate(b, Y.encodeStateAsUpdate(a));
    replaceCells(a, [node('a', 1, { x: 5 }), node('new', 3)]);
    b.getMap<Y.Map<unknown>>('cells').get('a')!.set('label', 'meanwhile');
    Y.applyUpdate(a, Y.encodeStateAsUpdate(b));
    expect(readCells(a)).toEqual([node('a', 1, { x: 5, label: 'meanwhile' }), node('new', 3)]);
  });

  it('DO6 leaves a shared type where its JSON is the same, of XML always, and else writes a plain value in its place', () => {
    const document = new Y.Doc();
    const stored = () => document.getMap<Y.Map<unknown>>('cells').get('a')!;
    replaceCells(document, [node('a', 1)]);
    for (const member of ['same', 'other']) stored().set(member, new Y.Text('first'));
    stored().set('body', new Y.XmlFragment());
    const kept = readCells(document);
    const [same, body] = [stored().get('same') as Y.Text, stored().get('body') as Y.XmlFragment];
    same.format(0, 5, { bold: true });
    body.insert(0, [new Y.XmlElement('hr')]);
    (stored().get('other') as Y.Text).insert(0, 'not ');
    replaceCells(document, kept);
    expect(stored().get('same')).toBe(same);
    expect(same.toDelta()).toEqual([{ insert: 'first', attributes: { bold: true } }]);
    expect(stored().get('body')).toBe(body);
    expect(body.toString()).toBe('<hr></hr>');
    expect(stored().get('other')).toBe('first');
    replaceCells(document, []);
    replaceCells(document, kept);
    expect(['same', 'body'].map((member) => stored().get(member))).toEqual(['first', null]);
  });

  it('takes away members whose names every object knows', () => {
    const document = new Y.Doc();
    replaceCells(document, [node('a', 1)]);
    const stored = document.getMap<Y.Map<unknown>>('cells').get('a')!;
    for (const name of ['toString', 'constructor', '__proto__']) stored.set(name, 1);
    replaceCells(document, [node('a', 1)]);
    expect([...stored.keys()].toSorted()).toEqual(Object.keys(node('a', 1)).toSorted());
  });

  it('makes any content equal to any list, in one update', () => {
    const cell = fc.record(
      { id: fc.constantFrom('a', 'b', 'c', 'd'), z: fc.integer(), label: fc.string(), data: fc.jsonValue() },
      { requiredKeys: ['id'] },
    );
    const cells = fc
      .uniqueArray(cell, { selector: (made) => made.id })
      .map((made) => JSON.parse(JSON.stringify(made)) as StoredCell[]); // which knows no minus zero
    fc.assert(
      fc.property(cells, cells, (before, after) => {
        const document = new Y.Doc();
        replaceCells(document, before);
        let updates = 0;
        document.on('update', () => (updates += 1));
        replaceCells(document, after);
        expect(updates).toBeLessThanOrEqual(1);
        expect(new Map(readCells(document).map((read) => [read.id, read]))).toEqual(
          new Map(after.map((made) => [made.id, made])),
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe('replacementSchema', () => {
  it('takes nodes and edges', () => {
    const cells = [node('a \ud83d\ude00', 1, { parent: 'b', data: { any: ['thing', null] } }), edge('e', 2)];
    expect(replacementSchema.parse({ cells })).toEqual({ cells });
  });

  it.each([
    ['an id twice', [node('a', 1), node('a', 2)]],
    ['an unknown member', [node('a', 1, { colour: 'red' })]],
    ['an edge without a target', [{ ...edge('e', 1), target: undefined }]],
    ['a node without a place', [{ ...node('a', 1), x: undefined }]],
    ['a blank id', [node('', 1)]],
    ['no list', {}],
    ['half a surrogate pair as an id', [node('a\ud800', 1)]],
    ['half a surrogate pair in a label', [node('a', 1, { label: 'cut \ud83d' })]],
    ['half a surrogate pair in a shape', [node('a', 1, { shape: '\udc00' })]],
    ['half a surrogate pair as a parent', [node('a', 1, { parent: '\udc00' })]],
    ['half a surrogate pair in a port', [{ ...edge('e', 1), source: { cell: 'a', port: '\ud800' } }]],
    ["half a surrogate pair in an edge's label", [{ ...edge('e', 1), label: '\ud800' }]],
    ['half a surrogate pair in data', [node('a', 1, { data: [{ any: ['\ud800'] }] })]],
    ['half a surrogate pair in a name in data', [node('a', 1, { data: [{ 'any \ud800': 1 }] })]],
    ['a number in data that JSON cannot write', [node('a', 1, { data: [{ any: Infinity }] })]],
    ['data that Yjs would not write', [node('a', 1, { data: { constructor: 1 } })]],
  ])('refuses %s', (_, cells) => {
    expect(replacementSchema.safeParse({ cells }).success).toBe(false);
  });
});
