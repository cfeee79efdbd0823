/** What can be done on an open canvas, whichever hand asks for it: the mouse, the keys, a bar. Readers change nothing. */
import { uuidv4 } from 'lib0/random';
import type { Desk } from '../desk.ts';
import { addCells, changeEdge, placeNodes, removeCells, restack, settle } from '../document/edits.ts';
import { Step } from '../document/history.ts';
import { isEdge, rectOf, type Cell, type EdgeCell, type NodeCell } from '../model/cell.ts';
import { BESIDE, clipOf, extentOf, putDown, topOf, unhiding } from '../model/clip.ts';
import { centreOf, type Point, type Rect } from '../model/geometry.ts';
import { freePlace } from '../model/free-place.ts';
import { childrenOf, insideOf } from '../model/parents.ts';
import { GRID, sizes, smallest, type Shape } from '../model/shapes.ts';

export type Acting = ReturnType<typeof createActing>;

export function createActing(desk: Desk) {
  const { diagram, drawing, history, renaming, writable } = desk;
  const { cells } = diagram;
  const chosen = () => [...drawing.selection];
  const onGrid = (value: number) => Math.round(value / GRID) * GRID;

  function add(list: readonly Cell[]): void {
    addCells(cells, list, new Step());
    drawing.select(list.map(({ id }) => id));
  }

  /** Joins nodes, one after the other, by edges with an arrow; their ends go round to the sides that face each other. */
  function connect(...ids: string[]): void {
    const nodes = ids.filter((id) => drawing.rect(id));
    if (!writable.get() || nodes.length < 2) return;
    const top = topOf(drawing.cells);
    const flowTo = (target: string, index: number): EdgeCell => {
      const ends = { source: { cell: nodes[index]! }, target: { cell: target } };
      return { id: uuidv4(), shape: 'flow', ...ends, label: '', z: top + 1 + index };
    };
    add(nodes.slice(1).map(flowTo));
  }

  /** What is selected with all that belongs to it. */
  const clip = (): Cell[] => clipOf(drawing.cells, drawing.selection);

  /** Adds cells with fresh ids, none exactly on another. @param middle where; without it, beside where they were */
  function putDownClip(cellsOfClip: readonly Cell[], middle: Point | null = null): void {
    const extent = extentOf(cellsOfClip);
    if (!writable.get() || cellsOfClip.length === 0) return;
    const from = extent && centreOf(extent);
    const wanted = middle && from ? { x: onGrid(middle.x - from.x), y: onGrid(middle.y - from.y) } : BESIDE;
    add(putDown(cellsOfClip, drawing.cells, { freshId: uuidv4, by: unhiding(cellsOfClip, drawing.cells, wanted) }));
  }

  return {
    /** A new node around a point, or beside what is there; its label is written at once. */
    create(shape: Shape, middle: Point): void {
      if (!writable.get()) return;
      const size = sizes[shape];
      const wanted = { x: onGrid(middle.x - size.width / 2), y: onGrid(middle.y - size.height / 2), ...size };
      const { x, y } = freePlace(wanted, hiddenBy(shape));
      const id = uuidv4();
      add([{ id, shape, x, y, ...size, label: '', z: topOf(drawing.cells) + 1 }]);
      renaming.set(id);
    },

    connect,

    connectChosen: () => connect(...chosen()),

    changeEdge(id: string, change: Partial<Pick<EdgeCell, 'source' | 'target' | 'shape'>>): void {
      if (writable.get()) changeEdge(cells, id, change, new Step());
    },

    remove(): void {
      if (writable.get() && drawing.selection.size > 0) removeCells(cells, chosen(), new Step());
    },

    rename(): void {
      const [id] = chosen();
      if (writable.get() && id !== undefined) renaming.set(id);
    },

    restack(to: 'front' | 'back'): void {
      if (writable.get()) restack(cells, chosen(), to, new Step());
    },

    /** Moves what is selected, and what is in it. */
    nudge({ x, y }: Point): void {
      if (!writable.get()) return;
      const inside = insideOf(childrenOf(drawing.cells), chosen());
      const nodes = [...chosen(), ...inside].flatMap((id) => nodeOf(id) ?? []);
      const step = new Step();
      placeNodes(cells, new Map(nodes.map((node) => [node.id, { x: node.x + x, y: node.y + y }])), step);
      settle(cells, new Set(nodes.map(({ id }) => id)), step);
    },

    /** Makes what is selected wider and higher. */
    grow({ x, y }: Point): void {
      if (!writable.get()) return;
      const grown = new Map<string, Rect>();
      for (const node of chosen().flatMap((id) => nodeOf(id) ?? [])) {
        const width = Math.max(smallest.width, node.width + x);
        const height = Math.max(smallest.height, node.height + y);
        grown.set(node.id, { ...rectOf(node), width, height });
      }
      const step = new Step();
      placeNodes(cells, grown, step);
      settle(cells, grown.keys(), step);
    },

    selectAll: () => drawing.select(drawing.cells.keys()),
    selectNothing: () => drawing.select([]),

    clip,
    putDown: putDownClip,
    duplicate: () => putDownClip(clip()),

    undo(): void {
      if (writable.get()) history.undo();
    },
    redo(): void {
      if (writable.get()) history.redo();
    },
  };

  /** What a new one must not cover. A boundary lies under what is in it, and may lie in a larger one. */
  function hiddenBy(shape: Shape): Rect[] {
    return [...drawing.cells.keys()]
      .flatMap((id) => nodeOf(id) ?? [])
      .filter((node) => (node.shape === 'boundary') === (shape === 'boundary'))
      .filter((node) => shape !== 'boundary' || node.width <= sizes.boundary.width);
  }

  function nodeOf(id: string): NodeCell | null {
    const cell = drawing.cells.get(id);
    return cell && !isEdge(cell) ? cell : null;
  }
}
