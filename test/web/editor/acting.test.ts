/** What a hand asks of the canvas, on a document that counts what is written. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { cellsOf, listCells, type LiveDiagram } from '../../../src/client/index.ts';
import { openDesk } from '../../../src/web/editor/desk.ts';
import { addCells } from '../../../src/web/editor/document/edits.ts';
import { Step } from '../../../src/web/editor/document/history.ts';
import { createActing } from '../../../src/web/editor/hands/acting.ts';
import { smallest } from '../../../src/web/editor/model/shapes.ts';

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', () => 1);
  vi.stubGlobal('matchMedia', () => ({ matches: true }));
});
afterEach(() => void vi.unstubAllGlobals());

function desk(count: number) {
  const document = new Y.Doc();
  const cells = cellsOf(document);
  const ids = Array.from({ length: count }, (_, index) => `n${index}`);
  const node = { shape: 'process', y: 0, width: 100, height: 50, label: '', z: 1 };
  addCells(
    cells,
    ids.map((id, index) => ({ ...node, id, x: index * 120 })),
    new Step(),
  );
  const opened = openDesk({ cells } as LiveDiagram);
  opened.drawing.start();
  opened.history.start();
  opened.writable.set(true);
  let written = 0;
  document.on('update', () => (written += 1));
  const { drawing, writable, renaming } = opened;
  return { cells, ids, drawing, writable, renaming, acting: createActing(opened), written: () => written };
}

it('WE2 joining all that is selected is one step, and one message for the others', () => {
  const { cells, ids, drawing, acting, written } = desk(50);
  drawing.select(ids);
  acting.connectChosen();
  const flows = listCells(cells).filter(({ shape }) => shape === 'flow');
  expect(flows.map(({ source, target }) => [source, target])).toEqual(
    ids.slice(1).map((id, index) => [{ cell: ids[index] }, { cell: id }]),
  );
  expect(new Set(flows.map(({ z }) => z)).size).toBe(49);
  expect(written()).toBe(1);
  acting.undo();
  expect(listCells(cells)).toHaveLength(50);
});

it('AC2 readers change nothing on the canvas, whatever they ask for', () => {
  const { ids, drawing, writable, renaming, acting, written } = desk(2);
  drawing.select(ids);
  acting.connectChosen();
  drawing.select(ids);
  acting.nudge({ x: 1, y: 0 });
  acting.undo();
  const flow = [...drawing.cells.values()].find(({ shape }) => shape === 'flow')!.id;
  const before = written();
  writable.set(false);
  drawing.select(ids);
  acting.create('process', { x: 0, y: 0 });
  acting.connectChosen();
  acting.changeEdge(flow, { shape: 'edge' });
  acting.rename();
  acting.restack('back');
  acting.nudge({ x: 1, y: 0 });
  acting.grow({ x: 1, y: 0 });
  acting.duplicate();
  acting.undo();
  acting.redo();
  acting.remove();
  expect([written() - before, renaming.get()]).toEqual([0, null]);
  writable.set(true);
  acting.rename();
  acting.remove();
  expect([written() - before, renaming.get()]).toEqual([1, 'n0']);
});

it('WE2 what is moved takes along what is in it, goes where it comes to rest, and stays large enough to be seen', () => {
  const { ids, cells, drawing, acting } = desk(2);
  const boundary = { shape: 'boundary', label: '', z: 0, y: -100, width: 110, height: 300 };
  addCells(cells, [{ ...boundary, id: 'left', x: -5 }], new Step());
  addCells(cells, [{ ...boundary, id: 'right', x: 115 }], new Step());
  const parents = () => ids.map((id) => (drawing.cells.get(id) as { parent?: string }).parent);
  expect(parents()).toEqual(['left', 'right']);
  drawing.select(['left']);
  acting.nudge({ x: 0, y: 10 });
  expect([drawing.rect('n0'), drawing.rect('n1')]).toMatchObject([{ y: 10 }, { y: 0 }]);
  drawing.select(['n0']);
  acting.nudge({ x: 120, y: 0 });
  expect(parents()).toEqual(['right', 'right']);
  drawing.select(['right']);
  acting.grow({ x: -1000, y: 0 });
  expect(parents()).toEqual([undefined, undefined]);
  expect(drawing.rect('right')!.width).toBe(smallest.width);
});
