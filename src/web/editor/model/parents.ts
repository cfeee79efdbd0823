/**
 * Which boundary a node is in. Coordinates are those of the diagram, also of a node with a parent; so a boundary takes
 * along what is in it by moving each of them, and whoever knows nothing of parents still draws everything in its place.
 */
import { isEdge, rectOf, type Cell, type NodeCell } from './cell.ts';
import { centreOf, holds, holdsPoint } from './geometry.ts';

type Cells = ReadonlyMap<string, Cell>;

type Children = ReadonlyMap<string, readonly string[]>;

/** Nodes by the boundary that they are in. */
export function childrenOf(cells: Cells): Children {
  const children = new Map<string, string[]>();
  for (const cell of cells.values()) {
    if (isEdge(cell) || cell.parent === undefined) continue;
    const beside = children.get(cell.parent);
    if (beside) beside.push(cell.id);
    else children.set(cell.parent, [cell.id]);
  }
  return children;
}

/** Everything inside the given nodes, at any depth, without the nodes themselves. A circle of parents ends where it began. */
export function insideOf(children: Children, ids: Iterable<string>): Set<string> {
  const roots = new Set(ids);
  const found = new Set<string>();
  const walk = (id: string) => {
    for (const child of children.get(id) ?? []) {
      if (roots.has(child)) continue;
      found.add(child);
      walk(child);
    }
  };
  for (const id of roots) walk(id);
  return found;
}

/** The smallest boundary that a node lies in: with its middle, or as a whole if it is a boundary itself. */
function boundaryAround(boundaries: readonly NodeCell[], children: Children, node: NodeCell): string | null {
  const rect = rectOf(node);
  const inside = insideOf(children, [node.id]);
  let best: NodeCell | null = null;
  for (const cell of boundaries) {
    if (inside.has(cell.id)) continue;
    const around = rectOf(cell);
    if (!(node.shape === 'boundary' ? holds(around, rect) : holdsPoint(around, centreOf(rect)))) continue;
    if (node.shape === 'boundary' && area(node) >= area(cell)) continue;
    // Of two that lie on each other it stays in its own.
    const isOwn = best !== null && area(cell) === area(best) && cell.id === node.parent;
    if (best === null || area(cell) < area(best) || isOwn) best = cell;
  }
  return best?.id ?? null;
}

/**
 * Who belongs where after nodes have come to rest.
 * @param ids the nodes that were moved, resized or added
 * @returns the nodes whose parent changes, with the new one
 */
export function parentsAfter(cells: Cells, ids: Iterable<string>): Map<string, string | null> {
  const rested = new Set(ids);
  const children = childrenOf(cells);
  const boundaries = [...cells.values()].flatMap((cell) => (isEdge(cell) || cell.shape !== 'boundary' ? [] : cell));
  const asked = new Set(rested);
  for (const boundary of boundaries) {
    const { id } = boundary;
    if (!rested.has(id)) continue;
    for (const cell of cells.values()) {
      if (isEdge(cell) || cell.id === id) continue;
      // What it has come to lie around, and what it no longer lies around.
      if (cell.parent === id || holdsPoint(rectOf(boundary), centreOf(rectOf(cell)))) asked.add(cell.id);
    }
  }
  const changes = new Map<string, string | null>();
  for (const id of asked) {
    const node = cells.get(id);
    if (node === undefined || isEdge(node)) continue;
    const parent = boundaryAround(boundaries, children, node);
    if (parent !== (node.parent ?? null)) changes.set(id, parent);
  }
  return changes;
}

function area({ width, height }: NodeCell): number {
  return width * height;
}
