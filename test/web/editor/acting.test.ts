/** What a hand asks of the canvas, on a document that counts what is written. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { cellsOf, listCells, type LiveDiagram } from '../../../src/client/index.ts';
import { openDesk } from '../../../src/web/editor/desk.ts';
import { addCells } from '../../../src/web/editor/document/edits.ts';
import { Step } from '../../../src/web/editor/document/history.ts';
import { createActing } from '../../../src/web/editor/hands/acting.ts';

beforeEach(() => void vi.stubGlobal('requestAnimationFrame', () => 1));
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
  return { cells, ids, drawing: opened.drawing, acting: createActing(opened), written: () => written };
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
