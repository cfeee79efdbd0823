/** Many edges between the same two nodes: each has its lane, and is drawn once. */
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { cellsOf } from '../../../src/client/index.ts';
import { openDrawing } from '../../../src/web/editor/canvas/drawing.ts';
import { createPicture } from '../../../src/web/editor/canvas/picture.ts';
import { addCells } from '../../../src/web/editor/document/edits.ts';
import { Step } from '../../../src/web/editor/document/history.ts';
import type { Cell } from '../../../src/web/editor/model/cell.ts';

const node = (id: string, x: number): Cell => {
  return { id, shape: 'process', x, y: 0, width: 100, height: 50, label: '', z: 1 };
};
const edge = (index: number): Cell => {
  return { id: `e${index}`, shape: 'flow', source: { cell: 'a' }, target: { cell: 'b' }, label: '', z: 2 };
};
const cellsWith = (...edges: Cell[]): Cell[] => [node('a', 0), node('b', 400), ...edges];
const many = cellsWith(...Array.from({ length: 300 }, (_, index) => edge(index)));

it('edges that join the same two nodes are drawn once each, when a diagram opens and when they come together', () => {
  const cells = cellsOf(new Y.Doc());
  addCells(cells, many, new Step());
  const drawing = openDrawing(cells);
  let drawn = 0;
  drawing.describe(() => String((drawn += 1)));
  drawing.start();
  expect(drawn).toBe(many.length);
  addCells(cells, [edge(300), edge(301)], new Step());
  expect(drawn).toBe(many.length + 302);
});

it('lanes are those of the edges that are there', () => {
  const linesOf = (...edges: Cell[]) => {
    const picture = createPicture(() => '');
    picture.put(cellsWith(edge(0), edge(1), edge(2)).map((cell) => [cell.id, cell]));
    const kept = new Set(edges.map(({ id }) => id));
    for (const index of [0, 1, 2]) if (!kept.has(`e${index}`)) picture.put([[`e${index}`, null]]);
    return picture.drawn().edges.map(({ data }) => data!.way.get().line);
  };
  expect(new Set(linesOf(edge(0), edge(1), edge(2))).size).toBe(3);
  expect(new Set(linesOf(edge(0), edge(2))).size).toBe(2);
  const alone = createPicture(() => '');
  alone.put(cellsWith(edge(0)).map((cell) => [cell.id, cell]));
  expect(linesOf(edge(0))).toEqual(alone.drawn().edges.map(({ data }) => data!.way.get().line));
});
