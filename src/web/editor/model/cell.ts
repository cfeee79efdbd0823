/**
 * A stored cell as the canvas draws it. Anybody may have written the document, so nothing is taken for granted: what
 * has no place or no ends is no cell, and what is missing otherwise gets a plain value. Data that the server would
 * refuse is left out: a copy of the cell, or an import, would end the diagram for whoever made it.
 */
import type { EdgeCell, NodeCell, StoredCell } from '../../../client/index.ts';
import { type Point, type Rect } from './geometry.ts';
import { isShape, sizes } from './shapes.ts';
import { isStorable } from './storable.ts';

export type { EdgeCell, NodeCell };
export type Cell = NodeCell | EdgeCell;

/** Longer labels are cut when they are drawn or written. */
export const LONGEST_LABEL = 500;
/** Beyond this a coordinate is a mistake that would make everything else a dot. */
const FAR = 1_000_000;

export function isEdge(cell: Cell): cell is EdgeCell {
  return cell.shape === 'edge' || cell.shape === 'flow';
}

export function rectOf({ x, y, width, height }: NodeCell): Rect {
  return { x, y, width, height };
}

/** Null for what cannot be drawn. */
export function readCell(stored: StoredCell): Cell | null {
  const { id, shape } = stored;
  if (typeof shape !== 'string' || shape === '') return null;
  const z = finite(stored.z) ?? 0;
  const label = typeof stored.label === 'string' ? stored.label.slice(0, LONGEST_LABEL) : '';
  const data = stored.data === undefined || !isStorable(stored.data) ? {} : { data: stored.data };
  if (shape === 'edge' || shape === 'flow') {
    const [source, target] = [endOf(stored.source), endOf(stored.target)];
    if (source === null || target === null) return null;
    const vertices = pointsOf(stored.vertices);
    return { id, shape, source, target, label, z, ...(vertices.length > 0 && { vertices }), ...data };
  }
  const [x, y] = [finite(stored.x), finite(stored.y)];
  if (x === null || y === null) return null;
  const usual = isShape(shape) ? sizes[shape] : sizes.actor;
  const width = Math.max(1, finite(stored.width) ?? usual.width);
  const height = Math.max(1, finite(stored.height) ?? usual.height);
  const parent = typeof stored.parent === 'string' && stored.parent !== id ? { parent: stored.parent } : {};
  return { id, shape, x, y, width, height, label, z, ...parent, ...data };
}

/** A map of all that can be drawn, in the order of the list. */
export function readCells(list: readonly StoredCell[]): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const stored of list) {
    const cell = readCell(stored);
    if (cell) cells.set(cell.id, cell);
  }
  return cells;
}

export function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= FAR ? value : null;
}

/** The points of a list; whatever is none is left out. */
function pointsOf(value: unknown): Point[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((point: { x?: unknown; y?: unknown } | null) => {
    const [x, y] = [finite(point?.x), finite(point?.y)];
    return x === null || y === null ? [] : [{ x, y }];
  });
}

function endOf(value: unknown): EdgeCell['source'] | null {
  const { cell, port } = (value ?? {}) as { cell?: unknown; port?: unknown };
  if (typeof cell !== 'string') return null;
  return { cell, ...(typeof port === 'string' && { port }) };
}
