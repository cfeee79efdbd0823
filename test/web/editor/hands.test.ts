/** Keys, reading order, clips and boundaries: what hands do, without hands. */
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { cellsOf, getCell, listCells } from '../../../src/client/index.ts';
import { createPicture } from '../../../src/web/editor/canvas/picture.ts';
import {
  addCells,
  changeEdge,
  placeNodes,
  removeCells,
  rename,
  restack,
} from '../../../src/web/editor/document/edits.ts';
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

it('WE2 Tab comes by everything once, also by what leaves from nowhere, and by what is in itself or in nothing', () => {
  const odd = readCells([
    edge('loose', 'nowhere', 'n'),
    node('n', 0, 0, { parent: 'gone' }),
    edge('z', 'n', 'm'),
    edge('y', 'n', 'm'),
    node('m', 0, 200, { parent: 'o' }),
    node('o', 0, 100, { parent: 'm' }),
  ]);
  expect(readingOrder(odd)).toEqual(['n', 'y', 'z', 'o', 'm', 'loose']);
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

describe('WE2 a clip', () => {
  const put = (clip: Cell[], present: ReadonlyMap<string, Cell>, by = { x: 0, y: 0 }) => {
    let count = 0;
    return putDown(clip, present, { freshId: () => `new${(count += 1)}`, by });
  };
  const bent = { ...edge('flow', 'a', 'b'), vertices: [{ x: 10, y: 20 }] };
  const [from, to] = [
    { cell: 'a', port: 'right' },
    { cell: 'b', port: 'top' },
  ];

  it('has no edge that one of its ends is not in', () => {
    expect(clipOf(cells, ['a']).map(({ id }) => id)).toEqual(['a']);
    expect(clipOf(cells, ['b']).map(({ id }) => id)).toEqual(['b']);
  });

  it('brings the bends of an edge along, and the sides that it hangs on', () => {
    const [copy, , flow] = put(
      [cells.get('a')!, cells.get('b')!, { ...bent, source: from, target: to, label: '' } as Cell],
      cells,
      { x: 100, y: 7 },
    );
    expect(copy).toMatchObject({ x: 100, y: 17 });
    expect(flow).toMatchObject({
      source: { cell: 'new1', port: 'right' },
      target: { cell: 'new2', port: 'top' },
      vertices: [{ x: 110, y: 27 }],
    });
  });

  it('joins what is outside it where that is still there, and else has neither the edge nor the parent', () => {
    const clip = [cells.get('ab')!, cells.get('c')!];
    expect(put(clip, cells)).toMatchObject([{ parent: 'zone' }, { source: { cell: 'a' }, target: { cell: 'b' } }]);
    for (const gone of ['a', 'b']) {
      const left = new Map([...cells].filter(([id]) => id !== gone && id !== 'zone'));
      const [only, ...others] = put(clip, left);
      expect([only!.shape, 'parent' in only!, others]).toEqual(['process', false, []]);
    }
  });

  it('lies on top of all others, each on what it lay on', () => {
    const high = new Map<string, Cell>([...cells, ['high', { ...cells.get('a')!, id: 'high', z: 70 }]]);
    const clip = [
      { ...cells.get('b')!, z: 9 },
      { ...cells.get('a')!, z: 3 },
    ];
    expect(put(clip, high).map(({ label, z }) => [label, z])).toEqual([
      ['a', 71],
      ['b', 72],
    ]);
  });

  it('goes on until not one of its nodes lies on one of the same size', () => {
    const others = new Map([...cells].filter(([id]) => id === 'b'));
    const pair = [cells.get('a')!, cells.get('b')!];
    expect(unhiding(pair, others, { x: 0, y: 0 })).toEqual({ x: 20, y: 20 });
    expect(unhiding([{ ...cells.get('b')!, width: 40 } as Cell], others, { x: 0, y: 0 })).toEqual({ x: 0, y: 0 });
  });
});

describe('WE2 what is in a boundary', () => {
  const box = (id: string, x: number, size: number, parent?: string): Cell =>
    readCells([node(id, x, x, { shape: 'boundary', width: size, height: size, ...(parent && { parent }) })]).get(id)!;
  const small = (id: string, x: number, parent?: string): Cell =>
    readCells([node(id, x, x, { width: 20, height: 20, ...(parent && { parent }) })]).get(id)!;
  const diagram = (...list: Cell[]) => new Map(list.map((cell) => [cell.id, cell]));

  it('goes along at any depth, and a circle of parents ends where it began', () => {
    const nested = diagram(box('out', 0, 300), box('in', 10, 100, 'out'), small('n', 20, 'in'));
    expect(insideOf(childrenOf(nested), ['out'])).toEqual(new Set(['in', 'n']));
    expect(insideOf(childrenOf(nested), ['out', 'in'])).toEqual(new Set(['n']));
    const circle = diagram(small('a', 0, 'c'), small('b', 0, 'a'), small('c', 0, 'b'));
    expect(insideOf(childrenOf(circle), ['a'])).toEqual(new Set(['b', 'c']));
  });

  it.each([
    ['the smallest of those around it', [box('out', 0, 300), box('in', 10, 100), small('n', 20)], ['n'], { n: 'in' }],
    ['one that its middle is in', [box('out', 0, 100), small('n', 85)], ['n'], { n: 'out' }],
    ['none that a boundary only lies halfway in', [box('out', 0, 100), box('in', 50, 60)], ['in'], {}],
    ['none that is as large as the boundary itself', [box('a', 0, 100), box('b', 0, 100)], ['a', 'b'], {}],
    ['its own, of two that lie on each other', [box('a', 0, 100), box('b', 0, 100), small('n', 20, 'b')], ['n'], {}],
    [
      'none that is in it, as in a circle of parents',
      [box('out', 0, 100, 'in'), box('in', 0, 300, 'out')],
      ['out'],
      { out: null, in: null },
    ],
    ['none, once its own no longer lies around it', [box('out', 200, 100), small('n', 0, 'out')], ['out'], { n: null }],
    ['whatever was put around it', [box('out', 0, 100), small('n', 20)], ['out'], { n: 'out' }],
    [
      'nobody, where nothing came to rest near it',
      [box('out', 0, 100), box('far', 500, 10), small('n', 20)],
      ['far'],
      {},
    ],
  ])('belongs to %s', (_, list, rested, changes) => {
    expect(Object.fromEntries(parentsAfter(diagram(...list), rested))).toEqual(changes);
  });
});

describe('WE2 what hands do to the document', () => {
  function document(...list: Cell[]) {
    const stored = cellsOf(new Y.Doc());
    addCells(stored, list, new Step());
    return stored;
  }

  it('a boundary that goes leaves what is in it, and what is in others is still in those', () => {
    const other = { ...cells.get('zone')!, id: 'other', x: 600 } as Cell;
    const stored = document(...cells.values(), other, { ...cells.get('b')!, id: 'd', x: 700, parent: 'other' } as Cell);
    removeCells(stored, ['zone'], new Step());
    expect([getCell(stored, 'b'), getCell(stored, 'd')]).toEqual([
      expect.not.objectContaining({ parent: expect.anything() }),
      expect.objectContaining({ parent: 'other' }),
    ]);
  });

  it('what somebody else has removed does not come back by half', () => {
    const stored = document(cells.get('a')!);
    placeNodes(stored, new Map([['gone', { x: 1, y: 1 }]]), new Step());
    rename(stored, 'gone', 'Gone', new Step());
    changeEdge(stored, 'gone', { shape: 'edge' }, new Step());
    expect([...stored.keys()]).toEqual(['a']);
  });

  it('an edge whose last bend goes is as one that never had any, and places are stored in tenths', () => {
    const stored = document(...cells.values());
    changeEdge(stored, 'ab', { vertices: [{ x: 1.26, y: 2.04 }] }, new Step());
    placeNodes(stored, new Map([['a', { x: 0.149 }]]), new Step());
    expect([getCell(stored, 'ab')!.vertices, getCell(stored, 'a')!.x]).toEqual([[{ x: 1.3, y: 2 }], 0.1]);
    changeEdge(stored, 'ab', { vertices: [] }, new Step());
    expect(getCell(stored, 'ab')).not.toHaveProperty('vertices');
  });

  it.each([
    ['front', ['c', 'd', 'a', 'b']],
    ['back', ['a', 'b', 'c', 'd']],
  ] as const)('what goes to the %s keeps its order, and nothing lies between', (to, order) => {
    const stored = document(
      ...['a', 'c', 'b', 'd'].map((id, index) => ({ ...cells.get('a')!, id, z: index - 3 }) as Cell),
    );
    restack(stored, ['b', 'a'], to, new Step());
    expect(listCells(stored).map(({ id }) => id)).toEqual(order);
    expect(new Set(listCells(stored).map(({ z }) => z)).size).toBe(4);
  });
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
