/**
 * What can be drawn of a file, and what was not understood of it. Known are our own list of cells, bare or as `cells`
 * of an object, and what AntV X6 writes, as `cells` or as `nodes` and `edges`. A file that is none of these is refused
 * as a whole; of one that is, whatever can be drawn is taken and the rest is told.
 */
import type { StoredCell } from '../../../client/index.ts';
import { isEdge, readCell, type Cell } from '../model/cell.ts';
import { isShape } from '../model/shapes.ts';
import { fromX6, isX6 } from './x6.ts';

export type ImportFault = 'not_json' | 'not_a_diagram' | 'too_many' | 'nothing';

/** Something in the file that was left out, or that looks different here; with how many of it. */
export type ImportNote =
  | { kind: 'not_a_cell' | 'twice' | 'no_place' | 'loose_end' | 'no_parent' | 'no_data'; count: number }
  | { kind: 'unknown_shape'; count: number; shapes: string[] };

export type ReadImport =
  | { ok: true; cells: Cell[]; notes: ImportNote[] }
  | { ok: false; fault: ImportFault; notes: ImportNote[] };

/** More cells than this nobody can work with in one diagram. */
const MOST_CELLS = 10_000;
/** Longer texts are not even parsed; AntV X6 takes many words for a cell. */
export const LONGEST_TEXT = 16 * 1024 * 1024;
/** Cells of more bytes of JSON would be one change that is larger than the server takes. */
const MOST_BYTES = 2_000_000;

/** @param present whether a node is where the cells go: what hangs on it, or is in it, is taken without it */
export function readImport(text: string, present: (id: string) => boolean = () => false): ReadImport {
  if (text.length > LONGEST_TEXT) return { ok: false, fault: 'too_many', notes: [] };
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return { ok: false, fault: 'not_json', notes: [] };
  }
  const list = listIn(file);
  if (list === null) return { ok: false, fault: 'not_a_diagram', notes: [] };
  if (list.length > MOST_CELLS) return { ok: false, fault: 'too_many', notes: [] };
  const { cells, notes } = judge(list, present);
  if (cells.length === 0) return { ok: false, fault: 'nothing', notes };
  const bytes = new TextEncoder().encode(JSON.stringify(cells)).length;
  if (bytes > MOST_BYTES) return { ok: false, fault: 'too_many', notes: [] };
  return { ok: true, cells, notes };
}

function listIn(file: unknown): unknown[] | null {
  if (Array.isArray(file)) return file;
  const { cells, nodes, edges } = (file ?? {}) as { cells?: unknown; nodes?: unknown; edges?: unknown };
  if (Array.isArray(cells)) return cells;
  if (Array.isArray(nodes)) return [...nodes, ...(Array.isArray(edges) ? edges : [])];
  return null;
}

function judge(list: readonly unknown[], present: (id: string) => boolean): { cells: Cell[]; notes: ImportNote[] } {
  const counts = { not_a_cell: 0, twice: 0, no_place: 0, loose_end: 0, no_parent: 0, no_data: 0 };
  const candidates = list.flatMap((entry): Record<string, unknown>[] => {
    if (typeof entry === 'object' && entry !== null && 'id' in entry && isName(entry.id)) {
      return [{ ...named(entry), id: String(entry.id) }];
    }
    counts.not_a_cell += 1;
    return [];
  });
  const foreign = candidates.some(
    (cell) => isX6(cell) || (typeof cell.source === 'string' && cell.shape === undefined),
  );
  const cells = new Map<string, Cell>();
  for (const stored of foreign ? fromX6(candidates) : candidates) {
    const cell = readCell(stored as StoredCell);
    if (cell === null) counts[typeof stored.shape === 'string' ? faultOf(stored) : 'not_a_cell'] += 1;
    else if (cells.has(cell.id)) counts.twice += 1;
    else {
      cells.set(cell.id, cell);
      if (stored.data !== undefined && cell.data === undefined) counts.no_data += 1;
    }
  }
  const stands = (id: string) => {
    const cell = cells.get(id);
    return cell ? !isEdge(cell) : present(id);
  };
  for (const cell of cells.values()) {
    if (isEdge(cell)) {
      if (stands(cell.source.cell) && stands(cell.target.cell)) continue;
      cells.delete(cell.id);
      counts.loose_end += 1;
    } else if (cell.parent !== undefined && !stands(cell.parent)) {
      delete cell.parent;
      counts.no_parent += 1;
    }
  }
  const notes: ImportNote[] = Object.entries(counts).flatMap(([kind, count]) =>
    count > 0 ? [{ kind: kind as keyof typeof counts, count }] : [],
  );
  const plain = [...cells.values()].filter((cell) => !isEdge(cell) && !isShape(cell.shape));
  const names = [...new Set(plain.map(({ shape }) => shape))].sort();
  if (plain.length > 0) notes.push({ kind: 'unknown_shape', count: plain.length, shapes: names });
  return { cells: [...cells.values()], notes };
}

function faultOf({ shape }: Record<string, unknown>): 'loose_end' | 'no_place' {
  return shape === 'edge' || shape === 'flow' ? 'loose_end' : 'no_place';
}

function isName(id: unknown): boolean {
  return (typeof id === 'string' && id !== '') || typeof id === 'number';
}

/** Ids may be numbers; then so are the references to them. */
function named(entry: object): Record<string, unknown> {
  const name = (value: unknown) => (typeof value === 'number' ? String(value) : value);
  const end = (value: unknown) =>
    typeof value === 'object' && value !== null && 'cell' in value ? { ...value, cell: name(value.cell) } : name(value);
  const { parent, source, target } = entry as Record<string, unknown>;
  return { ...entry, parent: name(parent), source: end(source), target: end(target) };
}
