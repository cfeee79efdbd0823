/**
 * The order in which Tab goes through the cells: nodes as one reads them, row by row and from left to right; after a
 * boundary what is in it; after a node the edges that leave it. Nodes share a row when they overlap by half the height
 * of the lower one.
 */
import { isEdge, type Cell, type EdgeCell, type NodeCell } from './cell.ts';

/** The ids of all cells, each once. */
export function readingOrder(cells: ReadonlyMap<string, Cell>): string[] {
  const nodes: NodeCell[] = [];
  const leaving = new Map<string, EdgeCell[]>();
  for (const cell of cells.values()) {
    if (!isEdge(cell)) nodes.push(cell);
    else leaving.set(cell.source.cell, [...(leaving.get(cell.source.cell) ?? []), cell]);
  }
  const children = new Map<string | null, NodeCell[]>();
  for (const node of nodes) {
    const parent = node.parent !== undefined && cells.has(node.parent) ? node.parent : null;
    children.set(parent, [...(children.get(parent) ?? []), node]);
  }
  const order = new Set<string>();
  const walk = (level: readonly NodeCell[]) => {
    for (const node of inRows(level)) {
      if (order.has(node.id)) continue;
      order.add(node.id);
      for (const edge of (leaving.get(node.id) ?? []).sort((a, b) => (a.id < b.id ? -1 : 1))) order.add(edge.id);
      walk(children.get(node.id) ?? []);
    }
  };
  walk(children.get(null) ?? []);
  // A circle of parents has no beginning, and an edge may leave from nowhere.
  walk(nodes);
  for (const id of cells.keys()) order.add(id);
  return [...order];
}

function inRows(nodes: readonly NodeCell[]): NodeCell[] {
  const waiting = [...nodes].sort((a, b) => a.y - b.y || a.x - b.x || (a.id < b.id ? -1 : 1));
  const sorted: NodeCell[] = [];
  while (waiting.length > 0) {
    const first = waiting[0]!;
    const shares = (node: NodeCell) => node.y <= first.y + Math.min(first.height, node.height) / 2;
    sorted.push(...waiting.filter(shares).sort((a, b) => a.x - b.x || a.y - b.y));
    waiting.splice(0, waiting.length, ...waiting.filter((node) => !shares(node)));
  }
  return sorted;
}

/** The cell after one, or before it; the first or the last if there is none yet. Null past either end. */
export function stepFrom(order: readonly string[], current: string | null, back: boolean): string | null {
  const place = current === null ? -1 : order.indexOf(current);
  if (place === -1) return order.at(back ? -1 : 0) ?? null;
  return order[place + (back ? -1 : 1)] ?? null;
}
