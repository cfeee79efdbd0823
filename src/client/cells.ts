/**
 * The shape of a diagram's document: a Yjs map `cells` from cell id to a Yjs map of the cell's members. The JSON form is
 * a list of the cells, in order of `z` and then `id`.
 */
import * as Y from 'yjs';
import type { StoredCell } from './shapes.ts';

/** Anything that stands by itself: a process, a store, an actor, a boundary, a note. */
export interface NodeCell {
  id: string;
  /** Anything but `edge` and `flow`. */
  shape: string;
  x: number;
  y: number;
  width: number;
  height: number;
  label: string;
  z: number;
  parent?: string;
  data?: unknown;
}

/** Two cells joined. */
export interface EdgeCell {
  id: string;
  shape: 'edge' | 'flow';
  source: { cell: string; port?: string };
  target: { cell: string; port?: string };
  vertices?: { x: number; y: number }[];
  label?: string;
  z: number;
  data?: unknown;
}

export type Cell = NodeCell | EdgeCell;

/** Whether a stored cell is an edge with both its ends. */
export function isEdge(cell: StoredCell): cell is StoredCell & EdgeCell {
  const isEnd = (end: unknown) => typeof (end as EdgeCell['source'] | undefined)?.cell === 'string';
  return isEnd(cell.source) && isEnd(cell.target);
}

/** Whether a stored cell is one that can be drawn by itself. */
export function isNode(cell: StoredCell): cell is StoredCell & NodeCell {
  return [cell.x, cell.y, cell.width, cell.height].every(Number.isFinite);
}

export type Cells = Y.Map<Y.Map<unknown>>;

export function cellsOf(document: Y.Doc): Cells {
  return document.getMap('cells');
}

/** The cells as a list, in order of `z`, then `id`; whatever is not a cell is left out. */
export function listCells(cells: Cells): StoredCell[] {
  const list = Array.from(cells.keys()).flatMap((id) => getCell(cells, id) ?? []);
  const depth = ({ z }: StoredCell) => (Number.isFinite(z) ? (z as number) : 0);
  return list.sort((one, other) => depth(one) - depth(other) || (one.id < other.id ? -1 : 1));
}

/** One cell; null if there is none of this id. */
export function getCell(cells: Cells, id: string): StoredCell | null {
  const cell: unknown = cells.get(id);
  return cell instanceof Y.Map ? { ...(plain(cell) as object), id } : null;
}

/**
 * What a cell holds as JSON, whatever somebody stored there: of a type its content, of XML, which Yjs cannot always
 * write down, nothing, of a big integer the number. Bytes stay bytes.
 */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (value instanceof Y.Text) return Y.Text.prototype.toString.call(value);
  if (Array.isArray(value) || value instanceof Y.Array) return value.map(plain);
  const isMap = value instanceof Y.Map;
  if (value instanceof Y.AbstractType && !isMap) return null;
  const members = isMap ? Array.from(value.entries()) : Object.entries(value);
  return Object.fromEntries(members.map(([member, inner]) => [member, plain(inner)]));
}

/**
 * Adds a cell, or changes the members of one that is there; members that are not given stay as they are. Of a cell that
 * is there only what differs is written, so that two people who change different members both keep their change.
 */
export function putCell(cells: Cells, cell: Cell | StoredCell): void {
  const write = () => {
    const members = Object.entries(cell).filter(([, value]) => value !== undefined);
    const present = cells.get(cell.id);
    if (!(present instanceof Y.Map)) return void cells.set(cell.id, new Y.Map(members));
    for (const [member, value] of members) {
      if (JSON.stringify(plain(present.get(member))) !== JSON.stringify(plain(value))) present.set(member, value);
    }
  };
  if (cells.doc) cells.doc.transact(write);
  else write();
}

/** Removes a cell, and the edges that hang on it. */
export function removeCell(cells: Cells, id: string): void {
  removeCells(cells, new Set([id]));
}

/** Removes cells, and the edges that hang on them. */
export function removeCells(cells: Cells, ids: ReadonlySet<string>): void {
  const goes = (id: string | undefined) => id !== undefined && ids.has(id);
  const hangs = (cell: StoredCell) =>
    [cell.source, cell.target].some((end) => goes((end as EdgeCell['source'] | undefined)?.cell));
  const gone = listCells(cells).filter((cell) => goes(cell.id) || hangs(cell));
  const remove = () => gone.forEach((cell) => cells.delete(cell.id));
  if (cells.doc) cells.doc.transact(remove);
  else remove();
}
