/**
 * What takes long where a document is large: pure functions of stored bytes, so that they can run in a thread of their
 * own (`workshop.ts`). A document is given as a part of its log that begins at the beginning.
 */
import { isDeepStrictEqual } from 'node:util';
import * as Y from 'yjs';
import type { z } from 'zod';
import { faultsOf, readJson } from '../json.ts';
import { Refusal, type RefusalDetails } from '../refusal.ts';
import { advance } from './causality.ts';
import { partBefore } from './compacting.ts';
import { jsonOf, readCells, replacementSchema, type StoredCell } from './diagram.ts';
import { heldBy, isTooMuch, MOST } from './holding.ts';
import { LARGE } from './pieces.ts';
import { createPlacements } from './placement.ts';
import { Unreadable, type LogPart, type Stored } from './log-part.ts';
import { replacementOf, type Replacement } from './replacement.ts';
import { replay } from './replaying.ts';
import { joinUpdates } from './row.ts';
import { inRows, sliced, slicedState } from './slicing.ts';
import { bringsNothing, decodeUpdate, newClients, stateOf, trimmed } from './update.ts';
import { valuesInJson } from './values.ts';

export type Submission =
  | { kind: 'nothing' | 'gap' | 'misplaced' | 'too large' }
  /** `clients`: those whose structs it brings. `rows`: what goes into the log. */
  | { kind: 'edit'; clients: number[]; rows: Uint8Array[] };

export type ReplacementOutcome =
  | { kind: 'nothing' | 'too large' }
  /** The document ends for the client at `start` before, and at `end` behind it. */
  | { kind: 'edit'; rows: Uint8Array[]; start: number; end: number };

export const work = {
  /** The cells as a JSON list, UTF-8. @throws Unreadable */
  cells: (part: LogPart): Uint8Array => Buffer.from(jsonOf(readCells(documentOf(part)))),

  /** The state as one update. @throws Unreadable */
  state: (part: LogPart): Uint8Array => Y.encodeStateAsUpdate(documentOf(part)),

  /** How many bytes the state takes. @throws Unreadable */
  size: (part: LogPart): number => sizeOf(documentOf(part)),

  /** A snapshot: the state in slices. It was read back, and says what was read. @throws Unreadable */
  snapshot,

  /** The snapshots that a compaction writes, in order, and up to where the one before the newest goes. @throws Unreadable */
  compaction(part: LogPart): { snapshots: Stored[]; before: number } {
    const newest = { seq: part.head, bytes: snapshot(part) };
    const earlier = partBefore(part, newest.bytes.byteLength);
    if (!earlier) return { snapshots: [newest], before: part.snapshot?.seq ?? 0 };
    return { snapshots: [{ seq: earlier.head, bytes: snapshot(earlier) }, newest], before: earlier.head };
  },

  /** An update cut into slices, joined. @throws MalformedUpdate */
  slices: (update: Uint8Array): Uint8Array => joinUpdates(sliced(decodeUpdate(update))),

  /** Reads an update, for whoever only wants to know whether it is one. @throws MalformedUpdate */
  read: (update: Uint8Array): void => void decodeUpdate(update),

  /** What an update would be as an edit of a document. @throws Unreadable, MalformedUpdate */
  submission(part: LogPart, update: Uint8Array, maxDocumentBytes: number): Submission {
    const document = documentOf(part);
    const state = stateOf(document);
    const decoded = trimmed(decodeUpdate(update), state);
    if (bringsNothing(document, decoded)) return { kind: 'nothing' };
    const found = advance(decoded, state);
    if (!found) return { kind: 'gap' };
    if (!createPlacements(document, state).take(decoded, found.order)) return { kind: 'misplaced' };
    if (isTooMuch(heldBy(document, found.order))) return { kind: 'too large' };
    if (sizeOf(document) + update.byteLength > maxDocumentBytes) return { kind: 'too large' };
    return { kind: 'edit', clients: newClients(decoded, state), rows: inRows(sliced(decoded)) };
  },

  /**
   * The edit that makes a document's content equal to something else. If it is large it is kept for a while, to be
   * brought up to what comes meanwhile.
   * @param edit tells edits apart
   * @param form whether what is wanted is the state of a version, or a body that was found to be without fault
   * @param client the client id that it is written under
   * @throws Unreadable
   */
  replacement(
    edit: string,
    part: LogPart,
    form: 'state' | 'body',
    wanted: Uint8Array,
    client: number,
    maxDocumentBytes: number,
  ): ReplacementOutcome {
    const replacement = replacementOf(part, form === 'state' ? readState(wanted) : readBody(wanted).cells, client);
    keep(edit, replacement);
    return outcomeOf(replacement, maxDocumentBytes);
  },

  /**
   * What is wrong with the body of a replacement, JSON in UTF-8; null: nothing. One of more values than a document holds,
   * among them those of its cells, is not even parsed.
   */
  faultsOfBody(body: Uint8Array): Pick<RefusalDetails, 'fields' | 'subject'> | 'too large' | null {
    if (valuesInJson(body) > MOST.values) return 'too large';
    try {
      const value = readJson(body);
      const { error } = replacementSchema.safeParse(value);
      return error ? { fields: faultsOf(error, value), ...cellAtFault(error, value) } : null;
    } catch (error) {
      if (error instanceof Refusal) return {};
      throw error;
    }
  },

  /** An edit that is kept, at a later head; null: it has to be made anew. @throws Unreadable */
  caughtUp(edit: string, part: LogPart, maxDocumentBytes: number): ReplacementOutcome | null {
    const begun = replacements.get(edit);
    if (!begun?.catchUp(part)) return null;
    keep(edit, begun);
    return outcomeOf(begun, maxDocumentBytes);
  },

  /** The cells of a state, such as a version's, as a JSON list, UTF-8. @throws Unreadable */
  cellsOfState: (state: Uint8Array): Uint8Array => Buffer.from(jsonOf(readState(state))),
};

export type Work = typeof work;

/** Does a piece of work by its name. @param input what it takes, in order */
export const perform = (name: keyof Work, input: readonly unknown[]): unknown =>
  (work[name] as (...input: readonly unknown[]) => unknown)(...input);

/** Large replacements that may be asked for again, for as long as nobody waits longer, and not many: each holds a document. */
const replacements = new Map<string, Replacement>();
const MOST_KEPT = 2;
const KEPT = 10_000;

function keep(edit: string, replacement: Replacement): void {
  replacements.delete(edit);
  if (replacement.size < LARGE) return;
  for (const oldest of replacements.keys()) if (replacements.size >= MOST_KEPT) replacements.delete(oldest);
  replacements.set(edit, replacement);
  setTimeout(() => replacements.get(edit) === replacement && replacements.delete(edit), KEPT).unref();
}

function outcomeOf({ rows, size, start, end }: Replacement, maxDocumentBytes: number): ReplacementOutcome {
  if (rows.length === 0) return { kind: 'nothing' };
  return size > maxDocumentBytes ? { kind: 'too large' } : { kind: 'edit', rows, start, end };
}

function snapshot(part: LogPart): Uint8Array {
  const document = documentOf(part);
  const bytes = joinUpdates(slicedState(document));
  const copy = documentOf({ head: part.head, snapshot: { seq: part.head, bytes }, rows: [] });
  if (!same(document, copy)) throw new Unreadable(`snapshot ${part.head} does not say what it was made of`);
  return bytes;
}

function documentOf(part: LogPart): Y.Doc {
  const document = new Y.Doc();
  replay(document, part);
  return document;
}

function readState(state: Uint8Array): StoredCell[] {
  return readCells(documentOf({ head: 1, snapshot: null, rows: [{ seq: 1, bytes: joinUpdates([state]) }] }));
}

/** The first cell at fault, by its id. */
function cellAtFault({ issues }: z.ZodError, body: unknown): Pick<RefusalDetails, 'subject'> {
  const index = issues.find(({ path }) => path[0] === 'cells' && path.length > 1)?.path[1];
  const id = index === undefined ? null : (body as { cells: ({ id?: unknown } | null)[] }).cells[Number(index)]?.id;
  return typeof id === 'string' ? { subject: id.slice(0, 200) } : {};
}

const readBody = (body: Uint8Array) => readJson(body) as { cells: StoredCell[] };

const sizeOf = (document: Y.Doc) => Y.encodeStateAsUpdate(document).byteLength;

/** Whether two documents have the same structs, the same deletions and the same content. */
function same(a: Y.Doc, b: Y.Doc): boolean {
  return Y.equalSnapshots(Y.snapshot(a), Y.snapshot(b)) && isDeepStrictEqual(readCells(a), readCells(b));
}
