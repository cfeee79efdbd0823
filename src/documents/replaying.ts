/**
 * Applying what was read of a log to a Yjs document. Bytes that do not decode, or that leave Yjs waiting for something
 * that no row brings, are unreadable (DO5); a log is never guessed at.
 *
 * Every transaction is said to be local, because Yjs would otherwise tidy up texts after remote ones: edits of its own
 * that are in no log.
 */
import * as Y from 'yjs';
import { collectedAfter, postponed } from './collecting.ts';
import { Unreadable, type LogPart, type Stored } from './log-part.ts';
import { splitUpdates } from './row.ts';
import { slicedDeletions, slicedStructs, weightOf } from './slicing.ts';
import { decodeState, type DecodedUpdate } from './update.ts';

/** Applies a part of the log. @returns the sequence number that the document is at now; @throws Unreadable */
export function replay(document: Y.Doc, part: LogPart, origin: unknown = null): number {
  const steps = stepsOf(document, part, origin)[Symbol.iterator]();
  let next = steps.next();
  const some = () => {
    for (let count = 0; count < TOGETHER && !next.done; count += 1, next = steps.next()) next.value();
  };
  collectedAfter(document, () => {
    while (!next.done) document.transact(some, origin);
  });
  return lastOf(part);
}

/**
 * Applies a part of the log in turns with everything else: after each few milliseconds it waits for its next turn.
 * @param turns.turn resolves when it is; @param turns.wanted asked after each wait
 * @param applied told of the updates that have been applied, as they stand in the log
 */
export async function replayInTurns(
  document: Y.Doc,
  part: LogPart,
  origin: unknown,
  { turn, wanted }: { turn(): Promise<void>; wanted(): boolean },
  applied: (updates: readonly Uint8Array[]) => void = () => {},
): Promise<number> {
  let begun = performance.now();
  for (const step of collectedStepsOf(document, part, origin)) {
    if (performance.now() - begun > TURN) {
      await turn();
      if (!wanted()) break;
      begun = performance.now();
    }
    const updates = step();
    if (updates) applied(updates);
  }
  return lastOf(part);
}

/** Applies one row, in one transaction. @returns its updates; @throws Unreadable */
export function replayRow(document: Y.Doc, row: Stored, origin: unknown = null): Uint8Array[] {
  const updates = updatesOf(row);
  apply(document, `row ${row.seq}`, updates, origin);
  return updates;
}

/** The updates of a row. @throws Unreadable */
export const updatesOf = ({ seq, bytes }: Stored): Uint8Array[] => split(`row ${seq}`, bytes);

/** Applies the updates of rows that follow each other, in one transaction. @param to the last one's sequence number; @throws Unreadable */
export function replayUpdates(document: Y.Doc, updates: readonly Uint8Array[], to: number, origin: unknown): void {
  apply(document, `rows to ${to}`, updates, origin);
}

/** Whether a row may take long to be applied in one transaction. */
export function isHeavy(document: Y.Doc, row: Stored): boolean {
  if (row.bytes.byteLength > LARGE) {
    longest.delete(document);
    return true;
  }
  if (!isLong(document, row)) return false;
  const parts = split(`row ${row.seq}`, row.bytes).map((update) => weightOf(read(row.seq, update)));
  return parts.reduce((sum, weight) => sum + weight, 0) > WEIGHT;
}

/** Rows in one transaction where nobody waits: each costs a good deal, but Yjs also tidies up slower after many. */
const TOGETHER = 100;
/** How long a turn may last before the next step, ms. */
const TURN = 4;
/** A row of more bytes is applied update by update. */
const LARGE = 65_536;
/** A slice has no more bytes, but for long texts. */
const SLICE = 16_384;
/** How many structs of one client make a document long: for each cell that goes Yjs moves all that stand behind it. */
const LONG = 50_000;
/** A row that changes more than so many structs of a long document is applied in parts; an update that does not, is not. */
const WEIGHT = 1000;
const LITTLE = 500;

/** Some of the work; what it applied. */
type Step = () => readonly Uint8Array[] | undefined;

function* collectedStepsOf(document: Y.Doc, part: LogPart, origin: unknown): Iterable<Step> {
  const collect = postponed(document);
  yield* stepsOf(document, part, origin);
  yield* collect();
}

function* stepsOf(document: Y.Doc, { snapshot, rows }: LogPart, origin: unknown): Iterable<Step> {
  const stepOf = (what: string, update: Uint8Array) => () => {
    apply(document, what, [update], origin);
    return [update];
  };
  if (snapshot) {
    longest.delete(document);
    const what = `snapshot ${snapshot.seq}`;
    for (const update of split(what, snapshot.bytes)) yield stepOf(what, update);
  }
  for (const row of rows) {
    if (!isHeavy(document, row)) {
      yield () => replayRow(document, row, origin);
      continue;
    }
    const what = `row ${row.seq}`;
    for (const update of split(what, row.bytes)) {
      for (const part of cut(document, row.seq, update)) yield stepOf(what, part);
    }
  }
}

/**
 * How many structs the longest client of a document has at most: as they were counted, and one for each byte of the rows
 * since. A document may have thousands of clients, and is edited all the time.
 */
const longest = new WeakMap<Y.Doc, number>();

function isLong(document: Y.Doc, { bytes }: Stored): boolean {
  let most = (longest.get(document) ?? Infinity) + bytes.byteLength;
  if (most > LONG) {
    most = bytes.byteLength;
    for (const structs of document.store.clients.values()) most = Math.max(most, structs.length + bytes.byteLength);
  }
  longest.set(document, most);
  return most > LONG;
}

/**
 * An update in parts that delete little each, of which each is to be applied before the next is asked for. What is larger
 * was cut before it was stored, and is not read once more, nor are the slices that it was cut into: they delete nothing,
 * and so end with a zero.
 * @throws Unreadable
 */
function* cut(document: Y.Doc, seq: number, update: Uint8Array): Iterable<Uint8Array> {
  const { byteLength } = update;
  const isKnown = byteLength > LARGE || (byteLength <= SLICE && update[byteLength - 1] === 0);
  const decoded = isKnown ? null : read(seq, update);
  if (!decoded || weightOf(decoded) <= LITTLE) return yield update;
  yield* readable(`row ${seq}`, () => slicedStructs(decoded));
  yield* slicedDeletions(decoded, document);
}

const read = (seq: number, update: Uint8Array): DecodedUpdate => readable(`row ${seq}`, () => decodeState(update));

const lastOf = ({ rows, snapshot, head }: LogPart) => rows.at(-1)?.seq ?? snapshot?.seq ?? head;

const split = (what: string, bytes: Uint8Array): Uint8Array[] => readable(what, () => splitUpdates(bytes));

/** Applies updates in one transaction. @throws Unreadable */
function apply(document: Y.Doc, what: string, updates: readonly Uint8Array[], origin: unknown): void {
  readable(what, () =>
    document.transact((transaction) => {
      for (const update of updates) applyOne(document, update, origin);
      transaction.local = true; // Yjs says of what it applies that it is not
    }, origin),
  );
  if (document.store.pendingStructs ?? document.store.pendingDs) throw new Unreadable(`${what} has a gap`);
}

/** Yjs stumbles over a struct that is known in part, if that part was deleted for good: then what is known is left out. */
function applyOne(document: Y.Doc, update: Uint8Array, origin: unknown): void {
  try {
    Y.applyUpdate(document, update, origin);
  } catch {
    Y.applyUpdate(document, Y.diffUpdate(update, Y.encodeStateVector(document)), origin);
  }
}

function readable<Of>(what: string, reading: () => Of): Of {
  try {
    return reading();
  } catch (error) {
    throw new Unreadable(`${what} cannot be read`, { cause: error });
  }
}
