/** Cells as they are stored, which may be anything, told apart. */
import { expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { cellsOf, getCell, isEdge, isNode, listCells, putCell, removeCells } from '../../src/client/index.ts';

const box = { id: 'shop', x: 0, y: -1.5, width: 10, height: 10 };
const line = { id: 'order', source: { cell: 'shop', port: 'left' }, target: { cell: 'bank' } };

it('SD1 a node has a place and a size', () => {
  expect(isNode(box)).toBe(true);
  for (const wrong of [
    { ...box, x: '0' },
    { ...box, y: null },
    { ...box, width: NaN },
    { id: 'shop', x: 0, y: 0 },
    line,
  ])
    expect(isNode(wrong)).toBe(false);
});

it('SD1 an edge has two ends', () => {
  expect(isEdge(line)).toBe(true);
  for (const wrong of [
    { ...line, source: null },
    { ...line, target: { x: 1, y: 1 } },
    { ...line, source: 'shop' },
    box,
  ])
    expect(isEdge(wrong)).toBe(false);
});

it('SD1 whatever somebody stored in a cell, it is read as JSON and can be overwritten', () => {
  const cells = cellsOf(new Y.Doc());
  putCell(cells, box);
  const xml = new Y.XmlElement<Record<string, never>>('p');
  xml.setAttribute('title', { toString: 1 } as never);
  const stored = {
    big: 10n,
    data: { inner: [10n, null, 'a'] },
    xml,
    markup: new Y.XmlText('marked'),
    text: new Y.Text('plain'),
    list: Y.Array.from([1, [2]]),
    map: new Y.Map([['x', new Y.Map([['y', 1]])]]),
    bytes: Uint8Array.of(1, 2),
    id: 'another',
  };
  for (const [member, value] of Object.entries(stored)) (cells.get('shop') as Y.Map<unknown>).set(member, value);
  const read = {
    ...box,
    big: 10,
    data: { inner: [10, null, 'a'] },
    xml: null,
    markup: 'marked',
    text: 'plain',
    list: [1, [2]],
    map: { x: { y: 1 } },
    bytes: Uint8Array.of(1, 2),
  };
  expect(getCell(cells, 'shop')).toEqual(read);
  expect(listCells(cells)).toEqual([read]);
  const wanted = Object.fromEntries(Object.keys(stored).map((member) => [member, 1]));
  putCell(cells, { ...wanted, id: 'shop' });
  expect(getCell(cells, 'shop')).toEqual({ ...box, ...wanted, id: 'shop' });
  putCell(cells, { id: 'shop', text: undefined });
  expect(getCell(cells, 'shop')?.text).toBe(1);
  (cells as Y.Map<unknown>).set('noise', 5);
  for (const id of ['noise', 'nothing']) expect(getCell(cells, id)).toBeNull();
  putCell(cells, { id: 'noise', z: 'high' });
  for (const [id, z] of Object.entries({ top: 1, bottom: -1, lost: NaN })) putCell(cells, { id, z });
  expect(listCells(cells).map(({ id }) => id)).toEqual(['bottom', 'lost', 'noise', 'shop', 'top']);
});

it('SD1 cells go with the edges that hang on them, and each cell is read once, however many go', () => {
  const cells = cellsOf(new Y.Doc());
  const ids = Array.from({ length: 100 }, (_, at) => `node ${at}`);
  for (const id of ids) putCell(cells, { id, z: 1 });
  for (const [at, id] of ids.entries())
    putCell(cells, { id: `edge ${at}`, source: { cell: id }, target: { cell: ids[at + 1] ?? 'node 0' } });
  const read = vi.spyOn(Y.Map.prototype, 'entries');
  removeCells(cells, new Set(ids.slice(2)));
  expect(read).toHaveBeenCalledTimes(200);
  read.mockRestore();
  expect(listCells(cells).map(({ id }) => id)).toEqual(['edge 0', 'node 0', 'node 1']);
});
