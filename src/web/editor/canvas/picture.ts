/**
 * The nodes and edges on the canvas. A change of one cell makes anew only what shows it: the node, and the edges whose
 * way or name depends on it; everything else stays the same object, so that React Flow leaves it alone.
 *
 * A cell may be shown elsewhere than the document has it, while it is dragged or glides to where somebody put it.
 */
import { isEdge, rectOf, type Cell } from '../model/cell.ts';
import type { Rect } from '../model/geometry.ts';
import { lanesOf, pairOf } from '../model/lanes.ts';
import { routeOf, type Route } from '../model/route.ts';
import { createValue, type Value } from '../value.ts';
import { edgeFor, nodeFor, type Describe, type FlowEdge, type FlowNode } from './flow.ts';
import { createLayer } from './layer.ts';

export interface Picture {
  readonly cells: ReadonlyMap<string, Cell>;
  readonly selection: ReadonlySet<string>;
  /** Takes in cells as they are now, null for one that is gone, and then draws, once, whatever depends on them. */
  put(changed: Iterable<readonly [string, Cell | null]>): void;
  /** Where a node is shown; null for what is none. */
  rect(id: string): Rect | null;
  /** Shows a node somewhere; null: where the document has it. */
  show(id: string, rect: Rect | null): void;
  select(ids: Iterable<string>): void;
  /** Whether the hand is a finger: it drags only what is selected, and looks around over the rest, as a boundary. */
  touch(on: boolean): void;
  /** Says of every cell what it is in other words, as in another language. */
  describe(next: Describe): void;
  /** In order of `z`, then `id`; the same lists until something changes. */
  drawn(): { nodes: FlowNode[]; edges: FlowEdge[] };
}

export function createPicture(first: Describe): Picture {
  let describe = first;
  const cells = new Map<string, Cell>();
  const elsewhere = new Map<string, Rect>();
  const nodes = createLayer<FlowNode>();
  const edges = createLayer<FlowEdge>();
  const ways = new Map<string, Value<Route>>();
  /** Edges by the cells that they hang on. */
  const hanging = new Map<string, Set<string>>();
  const pairs = new Map<string, Set<string>>();
  /** By pair; made when they are asked for. */
  const lanes = new Map<string, Map<string, number>>();
  let selection = new Set<string>();
  let isTouched = false;
  let lists = { nodes: nodes.list(), edges: edges.list() };

  const named = (id: string) => {
    const cell = cells.get(id);
    return cell?.label || cell?.shape || '';
  };
  const rect = (id: string) => {
    const cell = cells.get(id);
    return cell && !isEdge(cell) ? (elsewhere.get(id) ?? rectOf(cell)) : null;
  };

  function draw(id: string): void {
    const cell = cells.get(id);
    if (cell === undefined) {
      nodes.put(id, null);
      edges.put(id, null);
      ways.delete(id);
      return;
    }
    const looks = { selected: selection.has(id), name: describe(cell, named) };
    if (!isEdge(cell)) {
      const before = nodes.get(id);
      const stays = isTouched && !looks.selected;
      nodes.put(id, nodeFor(cell, { ...looks, stays, ...(before && { before }), rect: rect(id)! }));
      return;
    }
    const [source, target] = [rect(cell.source.cell), rect(cell.target.cell)];
    if (source === null || target === null) return edges.put(id, null);
    const pair = pairOf(cell);
    const lane = pair === null ? 0 : (lanesIn(pair).get(id) ?? 0);
    const before = edges.get(id);
    edges.put(
      id,
      edgeFor(cell, wayOf(id, routeOf(cell, source, target, lane)), { ...looks, ...(before && { before }) }),
    );
  }

  function wayOf(id: string, route: Route): Value<Route> {
    const way = ways.get(id) ?? createValue(route);
    ways.set(id, way);
    way.set(route);
    return way;
  }

  function lanesIn(pair: string): Map<string, number> {
    const made = lanes.get(pair) ?? lanesOf(pairs.get(pair) ?? []);
    lanes.set(pair, made);
    return made;
  }

  /** Keeps the books of what an edge hangs on. @returns the pair in which it has others beside it */
  function hang(cell: Cell | null | undefined, on: boolean): string | null {
    if (!cell || !isEdge(cell)) return null;
    const note = (book: Map<string, Set<string>>, key: string) => {
      const noted = book.get(key) ?? new Set();
      if (on) noted.add(cell.id);
      else noted.delete(cell.id);
      if (noted.size > 0) book.set(key, noted);
      else book.delete(key);
    };
    for (const key of new Set([cell.source.cell, cell.target.cell])) note(hanging, key);
    const pair = pairOf(cell);
    if (pair === null) return null;
    lanes.delete(pair);
    note(pairs, pair);
    return pair;
  }

  return {
    cells,
    get selection() {
      return selection;
    },
    put(changed) {
      const stale = new Set<string>();
      const mixed = new Set<string | null>();
      for (const [id, cell] of changed) {
        stale.add(id);
        mixed.add(hang(cells.get(id), false));
        mixed.add(hang(cell, true));
        if (cell) cells.set(id, cell);
        else {
          cells.delete(id);
          elsewhere.delete(id);
        }
      }
      const left = [...selection].filter((id) => cells.has(id));
      if (left.length < selection.size) selection = new Set(left);
      for (const id of [...stale]) for (const edge of hanging.get(id) ?? []) stale.add(edge);
      for (const pair of mixed) for (const edge of pairs.get(pair ?? '') ?? []) stale.add(edge);
      for (const id of stale) draw(id);
    },
    rect,
    show(id, to) {
      if (to === null ? !elsewhere.delete(id) : !cells.has(id)) return;
      if (to !== null) elsewhere.set(id, to);
      draw(id);
      for (const edge of hanging.get(id) ?? []) draw(edge);
    },
    select(ids) {
      const before = selection;
      selection = new Set([...ids].filter((id) => cells.has(id)));
      for (const id of new Set([...before, ...selection])) if (before.has(id) !== selection.has(id)) draw(id);
    },
    touch(on) {
      if (on === isTouched) return;
      isTouched = on;
      for (const id of cells.keys()) draw(id);
    },
    describe(next) {
      describe = next;
      for (const id of cells.keys()) draw(id);
    },
    drawn() {
      const next = { nodes: nodes.list(), edges: edges.list() };
      if (next.nodes !== lists.nodes || next.edges !== lists.edges) lists = next;
      return lists;
    },
  };
}
