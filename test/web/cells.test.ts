/** The document of a diagram as the page reads and edits it. */
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import {
  addNode,
  cellsOf,
  kindOf,
  listCells,
  putCells,
  relabel,
  removeCell,
  type Cell,
} from '../../src/web/room/cells.ts';

const node = (id: string, z: number): Cell => ({ id, shape: 'process', label: id, z });
const edge: Cell = { id: 'e', shape: 'flow', source: { cell: 'a' }, target: { cell: 'b' }, label: 'e', z: 9 };

function documentWith(...list: Cell[]): Y.Doc {
  const document = new Y.Doc();
  putCells(document, list);
  return document;
}
const ids = (document: Y.Doc) => listCells(cellsOf(document)).map(({ id }) => id);

describe('the cells of a diagram', () => {
  it('are listed in order of z and then id', () => {
    expect(ids(documentWith(node('c', 1), node('b', 2), node('a', 2)))).toEqual(['c', 'a', 'b']);
  });

  it('get a new node on top, with every member of the contract', () => {
    const document = documentWith(node('a', 7));
    addNode(document, { id: 'n', shape: 'store', label: 'Orders' });
    expect(listCells(cellsOf(document)).at(-1)).toEqual({
      id: 'n',
      shape: 'store',
      x: 240,
      y: 40,
      width: 160,
      height: 80,
      label: 'Orders',
      z: 8,
    });
  });

  it('are relabelled in one update, and in none when nothing changes or the cell is gone', () => {
    const document = documentWith(node('a', 1));
    let updates = 0;
    document.on('update', () => (updates += 1));
    relabel(document, 'a', 'b');
    relabel(document, 'a', 'b');
    relabel(document, 'gone', 'b');
    expect(updates).toBe(1);
    expect(listCells(cellsOf(document))).toEqual([{ ...node('a', 1), label: 'b' }]);
  });

  it('are removed with the edges that hang on them, and come back as they were', () => {
    const document = documentWith(node('a', 1), node('b', 2), edge);
    const removed = removeCell(document, 'b');
    expect(ids(document)).toEqual(['a']);
    putCells(document, removed);
    expect(listCells(cellsOf(document))).toEqual([node('a', 1), node('b', 2), edge]);
  });

  it('are told by their shape, and edges by what they join', () => {
    expect(kindOf(node('a', 1), new Map())).toBe('process');
    expect(kindOf(edge, new Map([['a', 'Customer']]))).toBe('flow from Customer to b');
  });
});
