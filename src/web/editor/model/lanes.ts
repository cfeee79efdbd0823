/** Edges that join the same two nodes lie beside each other instead of on each other. */
import type { EdgeCell } from './cell.ts';

/** Names what an edge joins, whichever way it goes. Edges with vertices have a way of their own. */
export function pairOf({ source, target, vertices }: EdgeCell): string | null {
  if (vertices && vertices.length > 0) return null;
  return source.cell < target.cell ? `${source.cell} ${target.cell}` : `${target.cell} ${source.cell}`;
}

/** The lanes of edges that join the same pair, around 0, in the order of their ids. */
export function lanesOf(ids: Iterable<string>): Map<string, number> {
  const sorted = [...ids].sort();
  return new Map(sorted.map((id, index) => [id, index - (sorted.length - 1) / 2]));
}
