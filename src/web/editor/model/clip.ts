/**
 * Cells on their way through the clipboard, or twice into the same diagram. What is in a copied boundary comes along,
 * and so does every edge between two cells that come along. What is put down gets fresh ids; whatever it refers to
 * inside the clip is renamed with it, and what it refers to outside stays if it is there.
 */
import { isEdge, rectOf, type Cell, type EdgeCell } from './cell.ts';
import { around, type Point, type Rect } from './geometry.ts';
import { childrenOf, insideOf } from './parents.ts';
import { GRID } from './shapes.ts';

type Cells = ReadonlyMap<string, Cell>;

/** The given cells with all that belongs to them, in order of `z`, then `id`. */
export function clipOf(cells: Cells, ids: Iterable<string>): Cell[] {
  const taken = new Set(ids);
  for (const id of insideOf(childrenOf(cells), taken)) taken.add(id);
  for (const cell of cells.values()) {
    if (isEdge(cell) && taken.has(cell.source.cell) && taken.has(cell.target.cell)) taken.add(cell.id);
  }
  return inOrder([...taken].flatMap((id) => cells.get(id) ?? []));
}

export interface PutDown {
  /** Makes an id that no cell has. */
  freshId(): string;
  /** How far from where it was copied. */
  by: Point;
}

/** The cells as they are to be added: with fresh ids, on top of all others, edges that would hang in the air left out. */
export function putDown(clip: readonly Cell[], present: Cells, { freshId, by }: PutDown): Cell[] {
  const renamed = new Map(clip.map(({ id }) => [id, freshId()]));
  const known = (id: string) => renamed.get(id) ?? (present.has(id) ? id : null);
  let top = topOf(present);
  return inOrder(clip).flatMap((cell): Cell[] => {
    const id = renamed.get(cell.id)!;
    if (!isEdge(cell)) {
      const { parent, ...node } = cell;
      const kept = parent === undefined ? null : known(parent);
      top += 1;
      return [{ ...node, id, x: cell.x + by.x, y: cell.y + by.y, z: top, ...(kept !== null && { parent: kept }) }];
    }
    const [source, target] = [known(cell.source.cell), known(cell.target.cell)];
    if (source === null || target === null) return [];
    top += 1;
    return [
      {
        ...movedEdge(cell, by),
        id,
        source: { ...cell.source, cell: source },
        target: { ...cell.target, cell: target },
        z: top,
      },
    ];
  });
}

/** A copy lies so far from what it was made of. */
export const BESIDE: Point = { x: 2 * GRID, y: 2 * GRID };

/** How far a clip goes so that nothing of it hides what is of the same size at the same place: as far as it is to, or on. */
export function unhiding(clip: readonly Cell[], present: Cells, by: Point): Point {
  const nodes = (cells: Iterable<Cell>) => [...cells].flatMap((cell) => (isEdge(cell) ? [] : [rectOf(cell)]));
  const place = ({ x, y, width, height }: Rect) => [x, y, width, height].map((value) => value.toFixed(1)).join(' ');
  const taken = new Set(nodes(present.values()).map(place));
  const rects = nodes(clip);
  let way = by;
  while (rects.some((rect) => taken.has(place({ ...rect, x: rect.x + way.x, y: rect.y + way.y }))))
    way = { x: way.x + BESIDE.x, y: way.y + BESIDE.y };
  return way;
}

function movedEdge(edge: EdgeCell, by: Point): EdgeCell {
  if (edge.vertices === undefined) return edge;
  return { ...edge, vertices: edge.vertices.map(({ x, y }) => ({ x: x + by.x, y: y + by.y })) };
}

/** The highest `z`; 0 in an empty diagram. */
export function topOf(cells: Cells): number {
  let top = 0;
  for (const { z } of cells.values()) top = Math.max(top, z);
  return top;
}

/** What the nodes among them cover; null without any. */
export function extentOf(cells: Iterable<Cell>): Rect | null {
  return around([...cells].flatMap((cell) => (isEdge(cell) ? [] : [rectOf(cell)])));
}

function inOrder(cells: readonly Cell[]): Cell[] {
  return [...cells].sort((a, b) => a.z - b.z || (a.id < b.id ? -1 : 1));
}
