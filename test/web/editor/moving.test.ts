/** A gesture on nodes that somebody else changes meanwhile: what it writes, and when it is over. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { cellsOf, getCell } from '../../../src/client/index.ts';
import { openDrawing } from '../../../src/web/editor/canvas/drawing.ts';
import { addCells } from '../../../src/web/editor/document/edits.ts';
import { openHistory, Step } from '../../../src/web/editor/document/history.ts';
import { createMoving } from '../../../src/web/editor/hands/moving.ts';
import type { NodeCell } from '../../../src/web/editor/model/cell.ts';

const rect = { x: 0, y: 0, width: 100, height: 50 };
const node = (id: string, more: Partial<NodeCell> = {}): NodeCell => ({
  id,
  shape: 'process',
  ...rect,
  label: '',
  z: 1,
  ...more,
});

/** What the page has of a window; a frame is drawn when a test asks for it. */
const frames: FrameRequestCallback[] = [];
beforeEach(() => {
  vi.stubGlobal('matchMedia', () => ({ matches: true }));
  vi.stubGlobal('requestAnimationFrame', (draw: FrameRequestCallback) => frames.push(draw));
});
afterEach(() => {
  frames.length = 0;
  vi.unstubAllGlobals();
});
const drawFrame = () => frames.splice(0).forEach((draw) => draw(performance.now()));

function canvas(...nodes: NodeCell[]) {
  const cells = cellsOf(new Y.Doc());
  addCells(cells, nodes, new Step());
  const drawing = openDrawing(cells);
  drawing.start();
  const placeOf = (id: string) => {
    const { x, y, width, height } = getCell(cells, id)!;
    return { x, y, width, height };
  };
  return { cells, drawing, moving: createMoving(cells, drawing), placeOf };
}

describe('WE2 a drag takes nothing back that somebody else does meanwhile', () => {
  it('a move leaves the size to them', () => {
    const { cells, moving, placeOf } = canvas(node('a', { shape: 'boundary' }), node('b', { parent: 'a' }));
    moving.begin(['a'], true);
    moving.to(new Map([['a', { x: 10, y: 0 }]]));
    for (const id of ['a', 'b']) cells.get(id)!.set('width', 300);
    moving.to(new Map([['a', { x: 20, y: 5 }]]));
    moving.end();
    for (const id of ['a', 'b']) expect(placeOf(id)).toEqual({ x: 20, y: 5, width: 300, height: 50 });
  });

  it('a resize leaves to them what the hand has not changed', () => {
    const { cells, moving, placeOf } = canvas(node('a'));
    moving.begin(['a'], false);
    moving.to(new Map([['a', { ...rect, width: 110 }]]));
    cells.get('a')!.set('x', 500);
    moving.to(new Map([['a', { ...rect, width: 120 }]]));
    moving.end();
    expect(placeOf('a')).toEqual({ x: 500, y: 0, width: 120, height: 50 });
  });

  it('a resize that ends where it began ends there for everybody', () => {
    const { moving, placeOf } = canvas(node('a'));
    moving.begin(['a'], false);
    moving.to(new Map([['a', { ...rect, width: 110 }]]));
    moving.to(new Map([['a', rect]]));
    moving.end();
    expect(placeOf('a')).toEqual(rect);
  });
});

describe('WE2 a drag of what somebody else removes', () => {
  it('is over when all that is in hand is gone, and what went along is let go', () => {
    const { cells, drawing, moving, placeOf } = canvas(node('a', { shape: 'boundary' }), node('b', { parent: 'a' }));
    moving.begin(['a'], true);
    moving.to(new Map([['a', { x: 10, y: 0 }]]));
    cells.delete('a');
    drawFrame();
    expect(moving.active).toBe(false);
    expect(placeOf('b').x).toBe(10);
    cells.get('b')!.set('x', 700);
    expect(drawing.rect('b')).toMatchObject({ x: 700 });
  });

  it('goes on with what is left', () => {
    const { cells, moving, placeOf } = canvas(node('a'), node('b'));
    moving.begin(['a', 'b'], true);
    cells.delete('a');
    drawFrame();
    moving.to(new Map([['b', { x: 30, y: 0 }]]));
    moving.end();
    expect(placeOf('b').x).toBe(30);
  });
});

describe('WE2 a drag', () => {
  it('of a boundary takes along what is in it, but its resizing does not', () => {
    const { moving, placeOf } = canvas(
      node('a', { shape: 'boundary', width: 300, height: 300 }),
      node('b', { x: 100, y: 100, parent: 'a' }),
    );
    moving.begin(['a'], false);
    moving.to(new Map([['a', { x: -50, y: -20, width: 350, height: 320 }]]));
    moving.end();
    expect(placeOf('b')).toMatchObject({ x: 100, y: 100 });
    moving.begin(['a'], true);
    moving.to(new Map([['a', { x: 0, y: 0 }]]));
    moving.end();
    expect(placeOf('b')).toMatchObject({ x: 150, y: 120 });
  });

  it('ends in the boundary that the node lies in then, and one undo takes back both', () => {
    const { cells, moving, placeOf } = canvas(
      node('zone', { shape: 'boundary', x: 500, width: 300, height: 300 }),
      node('a'),
    );
    const history = openHistory(cells);
    history.start();
    moving.begin(['a'], true);
    moving.to(new Map([['a', { x: 550, y: 50 }]]));
    expect(getCell(cells, 'a')).not.toHaveProperty('parent');
    moving.end();
    expect(getCell(cells, 'a')).toMatchObject({ x: 550, parent: 'zone' });
    history.undo();
    expect(placeOf('a')).toEqual(rect);
    expect(getCell(cells, 'a')).not.toHaveProperty('parent');
  });

  it('is seen by the others 30 times a second, and as it stands when it pauses', () => {
    vi.useFakeTimers();
    vi.advanceTimersByTime(1000);
    try {
      const { cells, moving, placeOf } = canvas(node('a'));
      let told = 0;
      cells.doc!.on('update', () => (told += 1));
      moving.begin(['a'], true);
      for (const x of [10, 20, 30]) moving.to(new Map([['a', { x, y: 0 }]]));
      expect([told, placeOf('a').x]).toEqual([1, 10]);
      vi.advanceTimersByTime(40);
      expect([told, placeOf('a').x]).toEqual([2, 30]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('that is abandoned writes no more, and the nodes are where the document has them', () => {
    vi.useFakeTimers();
    vi.advanceTimersByTime(1000);
    try {
      const { drawing, moving, placeOf } = canvas(node('a'));
      moving.begin(['a'], true);
      for (const x of [10, 20]) moving.to(new Map([['a', { x, y: 0 }]]));
      expect(drawing.rect('a')).toMatchObject({ x: 20 });
      moving.abandon();
      vi.advanceTimersByTime(40);
      moving.to(new Map([['a', { x: 30, y: 0 }]]));
      expect([moving.active, placeOf('a').x, drawing.rect('a')!.x]).toEqual([false, 10, 10]);
    } finally {
      vi.useRealTimers();
    }
  });
});
