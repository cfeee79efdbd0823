/**
 * The shape of a diagram's document: a Yjs map `cells` from cell id to a Yjs map. The JSON form is a list of the cells,
 * in order of `z` and then `id`.
 */
import * as Y from 'yjs';

export type CellMap = Y.Map<Y.Map<unknown>>;

export interface Cell {
  id: string;
  shape: string;
  label?: string;
  z?: number;
  source?: { cell: string };
  target?: { cell: string };
  [member: string]: unknown;
}

export const shapes = ['process', 'store', 'actor', 'boundary', 'text'] as const;

/** The origin of every edit that is made on this page. */
export const HERE = 'here';

const WIDTH = 160;
const HEIGHT = 80;
const GAP = 40;
const IN_A_ROW = 4;

export function cellsOf(document: Y.Doc): CellMap {
  return document.getMap('cells');
}

export function listCells(cells: CellMap): Cell[] {
  const list = [...cells.entries()].map(([id, cell]) => ({ ...cell.toJSON(), id }) as Cell);
  return list.sort((one, other) => (one.z ?? 0) - (other.z ?? 0) || (one.id < other.id ? -1 : 1));
}

/** The shape of a cell, and for an edge what it joins: `flow from Customer to Checkout`. */
export function kindOf(cell: Cell, labels: ReadonlyMap<string, string>): string {
  if (cell.source === undefined || cell.target === undefined) return cell.shape;
  const end = (id: string) => labels.get(id) ?? id;
  return `${cell.shape} from ${end(cell.source.cell)} to ${end(cell.target.cell)}`;
}

/** Adds a node on top of the others, at the next free place of a grid. */
export function addNode(document: Y.Doc, node: { id: string; shape: string; label: string }): void {
  const present = listCells(cellsOf(document));
  const z = Math.max(0, ...present.map((cell) => cell.z ?? 0)) + 1;
  const x = GAP + (present.length % IN_A_ROW) * (WIDTH + GAP);
  const y = GAP + Math.floor(present.length / IN_A_ROW) * (HEIGHT + GAP);
  putCells(document, [{ id: node.id, shape: node.shape, x, y, width: WIDTH, height: HEIGHT, label: node.label, z }]);
}

/** Puts cells as they are, for instance ones that were removed by mistake. */
export function putCells(document: Y.Doc, list: readonly Cell[]): void {
  document.transact(() => {
    for (const cell of list) cellsOf(document).set(cell.id, new Y.Map(Object.entries(cell)));
  }, HERE);
}

export function relabel(document: Y.Doc, id: string, label: string): void {
  const cell = cellsOf(document).get(id);
  if (cell === undefined || cell.get('label') === label) return;
  document.transact(() => cell.set('label', label), HERE);
}

/** Removes a cell, and the edges that hang on it. @returns what was removed */
export function removeCell(document: Y.Doc, id: string): Cell[] {
  const removed = listCells(cellsOf(document)).filter(
    (cell) => cell.id === id || cell.source?.cell === id || cell.target?.cell === id,
  );
  document.transact(() => {
    for (const cell of removed) cellsOf(document).delete(cell.id);
  }, HERE);
  return removed;
}
