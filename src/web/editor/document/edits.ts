/**
 * What hands do to the document. Each is one transaction of a step, and writes only what differs, so that two people
 * who change different things both keep their change.
 */
import * as Y from 'yjs';
import { listCells, putCell, removeCells as removeStored, type Cells } from '../../../client/index.ts';
import { isEdge, readCells, type Cell, type EdgeCell } from '../model/cell.ts';
import { topOf } from '../model/clip.ts';
import type { Rect } from '../model/geometry.ts';
import { parentsAfter } from '../model/parents.ts';
import type { Step } from './history.ts';

function write(cells: Cells, step: Step, work: () => void): void {
  if (cells.doc) cells.doc.transact(work, step);
}

/** Adds cells, and puts nodes among them into the boundaries that they lie in. */
export function addCells(cells: Cells, list: readonly Cell[], step: Step): void {
  write(cells, step, () => {
    for (const cell of list) putCell(cells, { ...cell });
  });
  const nodes = list.filter((cell) => !isEdge(cell));
  if (nodes.length === 0) return;
  settle(
    cells,
    nodes.map(({ id }) => id),
    step,
  );
}

/** Removes cells and the edges that hang on them. What was in a removed boundary stays where it is. */
export function removeCells(cells: Cells, ids: Iterable<string>, step: Step): void {
  write(cells, step, () => {
    const gone = new Set(ids);
    removeStored(cells, gone);
    for (const cell of cells.values()) {
      const parent = cell instanceof Y.Map ? cell.get('parent') : null;
      if (typeof parent === 'string' && gone.has(parent)) cell.delete('parent');
    }
  });
}

/** @param rects where nodes are from now on and how large, or what changes of it */
export function placeNodes(cells: Cells, rects: ReadonlyMap<string, Partial<Rect>>, step: Step): void {
  write(cells, step, () => {
    for (const [id, rect] of rects) if (cells.has(id)) putCell(cells, { id, ...rounded(rect) });
  });
}

/** Puts nodes that have come to rest into the boundaries that they lie in. */
export function settle(cells: Cells, ids: Iterable<string>, step: Step): void {
  const changes = parentsAfter(readCells(listCells(cells)), ids);
  write(cells, step, () => {
    for (const [id, parent] of changes) {
      const cell = cells.get(id);
      if (parent === null) cell?.delete('parent');
      else cell?.set('parent', parent);
    }
  });
}

export function rename(cells: Cells, id: string, label: string, step: Step): void {
  write(cells, step, () => {
    if (cells.has(id)) putCell(cells, { id, label });
  });
}

/** Changes where an edge hangs, which way it goes, or whether it is a flow. */
export function changeEdge(
  cells: Cells,
  id: string,
  change: Partial<Pick<EdgeCell, 'source' | 'target' | 'vertices' | 'shape'>>,
  step: Step,
): void {
  write(cells, step, () => {
    const cell = cells.get(id);
    if (!(cell instanceof Y.Map)) return;
    const { vertices, ...rest } = change;
    if (vertices?.length === 0) cell.delete('vertices');
    putCell(cells, {
      id,
      ...rest,
      ...(vertices && vertices.length > 0 && { vertices: vertices.map((point) => rounded(point)) }),
    });
  });
}

/** Puts cells in front of all others, or behind them, and keeps their order among themselves. */
export function restack(cells: Cells, ids: readonly string[], to: 'front' | 'back', step: Step): void {
  const all = readCells(listCells(cells));
  const moved = [...all.values()].filter(({ id }) => ids.includes(id));
  const others = new Map([...all].filter(([id]) => !ids.includes(id)));
  const lowest = Math.min(1, ...[...others.values()].map(({ z }) => z));
  const first = to === 'front' ? topOf(others) + 1 : lowest - moved.length;
  write(cells, step, () => {
    for (const [index, { id }] of moved.entries()) putCell(cells, { id, z: first + index });
  });
}

function rounded<Place extends Partial<Rect>>(place: Place): Place {
  return Object.fromEntries(Object.entries(place).map(([member, value]) => [member, tenth(value)])) as Place;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
