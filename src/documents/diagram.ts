/**
 * The shape of a diagram: a Yjs map `cells` from cell id to a Yjs map of the cell's members, and as JSON a list of
 * those in order of `z`, then `id`. Members are plain JSON; a member that changes is replaced as a whole.
 *
 * `replaceCells` makes a document equal to other cells with the smallest edit: cells that are gone are deleted, new ones
 * added, and of the others only the members that differ are written, all in one transaction.
 */
import { isDeepStrictEqual } from 'node:util';
import * as Y from 'yjs';
import { z } from 'zod';
import { upToFault } from '../json.ts';

const id = z.string().min(1).max(200);
const end = z.strictObject({ cell: id, port: z.string().max(200).optional() });
const point = z.strictObject({ x: z.number(), y: z.number() });

/** Two cells joined. */
export const edgeSchema = z.strictObject({
  id,
  shape: z.enum(['edge', 'flow']),
  source: end,
  target: end,
  vertices: upToFault(z.array(point)).optional(),
  label: z.string().optional(),
  z: z.number(),
  data: z.unknown().optional(),
});

/** Anything that stands by itself: a process, a store, an actor, a boundary, a note. */
export const nodeSchema = z.strictObject({
  id,
  shape: z
    .string()
    .min(1)
    .max(200)
    .refine((shape) => shape !== 'edge' && shape !== 'flow'),
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
  label: z.string(),
  z: z.number(),
  parent: id.optional(),
  data: z.unknown().optional(),
});

export const cellSchema = z.union([edgeSchema, nodeSchema]);

const cellsSchema = upToFault(z.array(cellSchema)).refine(
  (cells) => new Set(cells.map((cell) => cell.id)).size === cells.length,
  'ids must differ',
);

/** The body of `PUT content`: every id once. */
export const replacementSchema = z.strictObject({ cells: cellsSchema });

export type Cell = z.infer<typeof cellSchema>;

/** A cell as it is stored: whatever clients wrote, under the id that it is kept under. */
export type StoredCell = Readonly<Record<string, unknown>> & { readonly id: string };

/** The map of a document that holds its cells. */
export const cellsMap = (document: Y.Doc) => document.getMap<unknown>('cells');

/** The content as a list, in order of `z`, then `id`. What is not a cell is left out. */
export function readCells(document: Y.Doc): StoredCell[] {
  const cells: StoredCell[] = [];
  for (const [key, value] of cellsMap(document)) {
    if (value instanceof Y.Map) cells.push({ ...value.toJSON(), id: key });
  }
  return cells.sort((a, b) => depth(a) - depth(b) || (a.id < b.id ? -1 : 1));
}

function depth(cell: StoredCell): number {
  return typeof cell.z === 'number' ? cell.z : 0;
}

/** Makes the content equal to a list, in one transaction; nothing is written where nothing differs. */
export function replaceCells(document: Y.Doc, cells: readonly StoredCell[]): void {
  const wanted = new Map(cells.map((cell) => [cell.id, cell]));
  alignCells(document, wanted, new Set([...cellsMap(document).keys(), ...wanted.keys()]), null);
}

/** The same for some cells. @param ids of those that are looked at: one that is not wanted goes */
export function alignCells(
  document: Y.Doc,
  wanted: ReadonlyMap<string, StoredCell>,
  ids: Iterable<string>,
  origin: unknown,
): void {
  document.transact(() => {
    const map = cellsMap(document);
    for (const key of ids) {
      const cell = wanted.get(key);
      const stored = map.get(key);
      if (!cell) map.delete(key);
      else if (stored instanceof Y.Map) replaceMembers(stored, cell);
      else map.set(key, new Y.Map(Object.entries(cell).filter(([, value]) => value !== undefined)));
    }
  }, origin);
}

function replaceMembers(stored: Y.Map<unknown>, cell: StoredCell): void {
  const current = stored.toJSON() as Record<string, unknown>;
  for (const member of Object.keys(current)) if (cell[member] === undefined) stored.delete(member);
  for (const [member, value] of Object.entries(cell)) {
    if (value !== undefined && !isDeepStrictEqual(current[member], value)) stored.set(member, value);
  }
}
