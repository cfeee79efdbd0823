/** Keys, reading order, clips and boundaries: what hands do, without hands. */
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { cellsOf } from '../../../src/client/index.ts';
import { createPicture } from '../../../src/web/editor/canvas/picture.ts';
import { addCells, removeCells } from '../../../src/web/editor/document/edits.ts';
import { Step } from '../../../src/web/editor/document/history.ts';
import { wishOf } from '../../../src/web/editor/hands/keys.ts';
import { readCells, type Cell } from '../../../src/web/editor/model/cell.ts';
import { clipOf, putDown, unhiding } from '../../../src/web/editor/model/clip.ts';
import { freePlace } from '../../../src/web/editor/model/free-place.ts';
import { childrenOf, insideOf, parentsAfter } from '../../../src/web/editor/model/parents.ts';
import { readingOrder, stepFrom } from '../../../src/web/editor/model/reading-order.ts';
import { viewOf } from '../../../src/web/editor/presence/bounds.ts';

const node = (id: string, x: number, y: number, more = {}) => ({
  id,
  shape: 'process',
  x,
  y,
  width: 100,
  height: 50,
  label: id,
  z: 1,
  ...more,
});
const edge = (id: string, source: string, target: string) => ({
  id,
  shape: 'flow',
  source: { cell: source },
  target: { cell: target },
  z: 2,
});
const cells = readCells([
  node('zone', 200, 0, { shape: 'boundary', width: 300, height: 300 }),
  node('a', 0, 10),
  node('b', 250, 100, { parent: 'zone' }),
  node('c', 250, 200, { parent: 'zone' }),
  edge('ab', 'a', 'b'),
  edge('bc', 'b', 'c'),
]);

it('WE2 Tab reads row by row, into boundaries, and each node before what leaves it', () => {
  const order = readingOrder(cells);
  expect(order).toEqual(['a', 'ab', 'zone', 'b', 'bc', 'c']);
  expect(stepFrom(order, 'a', false)).toBe('ab');
  expect(stepFrom(order, null, true)).toBe('c');
  expect(stepFrom(order, 'c', false)).toBeNull();
});

it('WE2 a copied boundary brings what is in it and the edges between, under fresh ids', () => {
  const clip = clipOf(cells, ['zone']);
  expect(clip.map(({ id }) => id).sort()).toEqual(['b', 'bc', 'c', 'zone']);
  let count = 0;
  const put = putDown(clip, cells, { freshId: () => `new${(count += 1)}`, by: { x: 10, y: 10 } });
  const named = new Map(put.map((cell) => [cell.label || cell.shape, cell]));
  expect(named.get('b')).toMatchObject({ x: 260, y: 110, parent: named.get('zone')!.id });
  expect(named.get('flow')).toMatchObject({
    source: { cell: named.get('b')!.id },
    target: { cell: named.get('c')!.id },
  });
  expect(put.every(({ id }) => id.startsWith('new'))).toBe(true);
});

it('WE2 a copy does not lie exactly on what it was made of, nor on a copy that was put there before', () => {
  const clip = clipOf(cells, ['a']);
  expect(unhiding(clip, cells, { x: 500, y: 500 })).toEqual({ x: 500, y: 500 });
  expect(unhiding(clip, cells, { x: 10, y: 0 })).toEqual({ x: 10, y: 0 });
  const first = unhiding(clip, cells, { x: 0, y: 0 });
  expect(first).toEqual({ x: 20, y: 20 });
  const [copy] = putDown(clip, cells, { freshId: () => 'copy', by: first });
  expect(unhiding(clip, new Map([...cells, ['copy', copy!]]), { x: 0, y: 0 })).toEqual({ x: 40, y: 40 });
});

it('whoever comes to rest in a boundary belongs to it, and whoever leaves it does not', () => {
  expect(insideOf(childrenOf(cells), ['zone'])).toEqual(new Set(['b', 'c']));
  const moved = new Map<string, Cell>([
    ...cells,
    ['b', { ...cells.get('b')!, x: 900 } as Cell],
    ['a', { ...cells.get('a')!, x: 220 } as Cell],
  ]);
  expect(parentsAfter(moved, ['a', 'b'])).toEqual(
    new Map([
      ['a', 'zone'],
      ['b', null],
    ]),
  );
});

it('a boundary goes though somebody stored as a parent what is no name at all', () => {
  const stored = cellsOf(new Y.Doc());
  addCells(stored, [...cells.values()], new Step());
  stored.get('a')!.set('parent', { toString: 1, valueOf: 1 });
  removeCells(stored, ['zone'], new Step());
  expect([stored.has('zone'), stored.get('b')!.has('parent')]).toEqual([false, false]);
});

it('a selected cell that goes makes the selection another one, so that it is told', () => {
  const picture = createPicture(() => '');
  picture.put(cells);
  picture.select(['a', 'b']);
  const before = picture.selection;
  picture.put([['b', null]]);
  expect([picture.selection, before]).toEqual([new Set(['a']), new Set(['a', 'b'])]);
});

describe('WE2 something new hides nothing', () => {
  const size = { width: 100, height: 60 };
  const wanted = { x: 0, y: 0, ...size };
  const placed = (taken: { x: number; y: number; width: number; height: number }[]) => {
    const { x, y } = freePlace(wanted, taken);
    return { x, y };
  };
  it.each([
    ['where it is wanted', [], { x: 0, y: 0 }],
    ['touching what is beside it', [{ x: 100, y: 0, ...size }], { x: 0, y: 0 }],
    ['below what is there, with a gap', [wanted], { x: 0, y: 80 }],
    ['above, if below is taken', [wanted, { x: 0, y: 80, ...size }], { x: 0, y: -80 }],
    ['on top, where all around is full', [{ x: -900, y: -900, width: 1800, height: 1800 }], { x: 0, y: 0 }],
  ])('and lies %s', (_, taken, place) => {
    expect(placed(taken)).toEqual(place);
  });
});

describe('WE2 a key', () => {
  const plain = { shiftKey: false, altKey: false, ctrlKey: false, metaKey: false };
  it.each([
    ['3', {}, { kind: 'create', shape: 'actor' }],
    ['ArrowLeft', {}, { kind: 'move', by: { x: -1, y: 0 } }],
    ['ArrowDown', { shiftKey: true }, { kind: 'move', by: { x: 0, y: 10 } }],
    ['z', { metaKey: true }, { kind: 'undo' }],
    ['Z', { ctrlKey: true, shiftKey: true }, { kind: 'redo' }],
    ['d', { ctrlKey: true }, { kind: 'duplicate' }],
    ['Tab', { shiftKey: true }, { kind: 'step', back: true }],
    ['?', { shiftKey: true }, { kind: 'help' }],
    ['r', { ctrlKey: true }, null],
    ['6', {}, null],
  ])('%s %o', (key, held, wish) => {
    expect(wishOf({ ...plain, key, ...held })).toEqual(wish);
  });
});

describe('a view that a presenter shows', () => {
  const view = { x: 5, y: -5, zoom: 1 };
  it.each([
    ['as it is', view, view],
    ['as near as this canvas goes', { ...view, zoom: 1e6 }, { ...view, zoom: 4 }],
    ['as far away as this canvas goes', { ...view, zoom: 1e-9 }, { ...view, zoom: 0.1 }],
    ['not, without a place', { ...view, x: Number.POSITIVE_INFINITY }, null],
    ['not, without a number', { ...view, y: '7' }, null],
    ['not, from nowhere', { ...view, zoom: 0 }, null],
    ['not, if it is none', 'there', null],
  ])('is followed %s', (_, shown, followed) => {
    expect(viewOf(shown)).toEqual(followed);
  });
});
