/**
 * The shape of a diagram: a Yjs map `cells` from cell id to a Yjs map of the cell's members, and as JSON a list of
 * those in order of `z`, then `id`. Members are plain JSON; a member that changes is replaced as a whole.
 *
 * A client may store anything that Yjs takes, and whatever it is can be read (CS13). Of a type within a cell that is its
 * content: the members of a map, the elements of an array, the characters of a text; of XML, which no diagram has and
 * which Yjs cannot always write down, nothing. In JSON a big integer is a number, and bytes are Base64.
 *
 * `alignCells` makes a document equal to other cells with the smallest edit: cells that are gone are deleted, new ones
 * added, and of the others only the members that differ are written, all in one transaction.
 */
import { isDeepStrictEqual } from 'node:util';
import * as Y from 'yjs';
import { z } from 'zod';
import { upToFault } from '../json.ts';

/** Half of a surrogate pair has no UTF-8: Yjs stores another sign, so that ids become equal and content never does. */
const text = z.string().refine(isWellFormed, 'no half of a surrogate pair');
const id = text.min(1).max(200);
const end = z.strictObject({ cell: id, port: text.max(200).optional() });
const point = z.strictObject({ x: z.number(), y: z.number() });
/** Yjs tells by its `constructor` what a value is, and writes none that has a member of that name. */
const data = z
  .unknown()
  .refine((value) => !Object.hasOwn(Object(value), 'constructor'), 'no member may be called constructor')
  .refine(isWellFormed, 'no half of a surrogate pair, and no number that is none')
  .optional();

/** Two cells joined. */
export const edgeSchema = z.strictObject({
  id,
  shape: z.enum(['edge', 'flow']),
  source: end,
  target: end,
  vertices: upToFault(z.array(point)).optional(),
  label: text.optional(),
  z: z.number(),
  data,
});

/** Anything that stands by itself: a process, a store, an actor, a boundary, a note. */
const nodeSchema = z.strictObject({
  id,
  shape: text
    .min(1)
    .max(200)
    .refine((shape) => shape !== 'edge' && shape !== 'flow'),
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
  label: text,
  z: z.number(),
  parent: id.optional(),
  data,
});

export const cellSchema = z.union([edgeSchema, nodeSchema]);

const cellsSchema = upToFault(z.array(cellSchema)).refine(
  (cells) => new Set(cells.map((cell) => cell.id)).size === cells.length,
  'ids must differ',
);

/** The body of `PUT content`: every id once. */
export const replacementSchema = z.strictObject({ cells: cellsSchema });

/** @param value not nested deep: JSON that was read, or a member of it with its name */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value); // 1e400 is read as infinite, and would be written as null
  if (typeof value !== 'object' || value === null) return true;
  return Array.isArray(value) ? value.every(isWellFormed) : Object.entries(value).every(isWellFormed);
}

export type Cell = z.infer<typeof cellSchema>;

/** A cell as it is stored: whatever clients wrote, under the id that it is kept under. */
export type StoredCell = Readonly<Record<string, unknown>> & { readonly id: string };

/** The map of a document that holds its cells. */
export const cellsMap = (document: Y.Doc) => document.getMap<unknown>('cells');

/** The content as a list, in order of `z`, then `id`. What is not a cell is left out. */
export function readCells(document: Y.Doc): StoredCell[] {
  const cells: StoredCell[] = [];
  for (const [key, value] of cellsMap(document)) {
    if (value instanceof Y.Map) cells.push({ ...membersOf(value), id: key });
  }
  return cells.sort((a, b) => depth(a) - depth(b) || (a.id < b.id ? -1 : 1));
}

function depth(cell: StoredCell): number {
  return Number.isFinite(cell.z) ? (cell.z as number) : 0;
}

/** A list of cells as JSON. */
export const jsonOf = (cells: readonly StoredCell[]): string => JSON.stringify(cells, jsonOfValue);

function jsonOfValue(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}

function membersOf(map: Y.Map<unknown>): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const [key, value] of map.entries()) if (key !== '__proto__') members[key] = contentOf(value);
  return members;
}

/** Values are left as they are. */
function contentOf(value: unknown): unknown {
  if (!(value instanceof Y.AbstractType)) return value;
  if (value instanceof Y.Map) return membersOf(value);
  if (value instanceof Y.Array) return value.toArray().map(contentOf);
  return value instanceof Y.Text ? Y.Text.prototype.toString.call(value) : null;
}

/** @param ids of the cells that are looked at: one that is not wanted goes */
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
      else map.set(key, new Y.Map(membersToWrite(cell)));
    }
  }, origin);
}

function replaceMembers(stored: Y.Map<unknown>, cell: StoredCell): void {
  const wanted = membersToWrite(cell);
  for (const member of [...stored.keys()]) if (!wanted.has(member)) stored.delete(member);
  for (const [member, value] of wanted) {
    if (!isDeepStrictEqual(contentOf(stored.get(member)), value)) stored.set(member, value);
  }
}

function membersToWrite(cell: StoredCell): Map<string, unknown> {
  const members = Object.entries(cell).filter(([, value]) => value !== undefined);
  return new Map(members.map(([member, value]) => [member, writable(value)]));
}

/** What was stored by an update made by hand, in a form that Yjs would write too. */
function writable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ([Object, Array, Uint8Array].includes(value.constructor as never)) return value;
  const { constructor: _, ...rest } = value as Record<string, unknown>;
  return rest;
}
