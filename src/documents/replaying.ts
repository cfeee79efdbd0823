/**
 * Applying what was read of a log to a Yjs document. Bytes that do not decode, or that leave Yjs waiting for something
 * that no row brings, are unreadable (DO5); a log is never guessed at.
 *
 * Every transaction is said to be local, because Yjs would otherwise tidy up texts after remote ones: edits of its own
 * that are in no log.
 */
import * as Y from 'yjs';
import { Unreadable, type LogPart, type Stored } from './log-part.ts';
import { splitUpdates } from './row.ts';

/** Applies a part of the log. @returns the sequence number that the document is at now; @throws Unreadable */
export function replay(document: Y.Doc, part: LogPart, origin: unknown = null): number {
  for (const step of stepsOf(document, part, origin)) step();
  return lastOf(part);
}

/**
 * Applies a part of the log in turns with everything else: after each few milliseconds it waits for its next turn.
 * @param turn resolves when it is; @param wanted asked after each wait
 */
export async function replayInTurns(
  document: Y.Doc,
  part: LogPart,
  origin: unknown,
  { turn, wanted }: { turn(): Promise<void>; wanted(): boolean },
): Promise<number> {
  let begun = performance.now();
  for (const step of stepsOf(document, part, origin)) {
    if (performance.now() - begun > TURN) {
      await turn();
      if (!wanted()) break;
      begun = performance.now();
    }
    step();
  }
  return lastOf(part);
}

/** Applies one row, in one transaction. @returns its updates; @throws Unreadable */
export function replayRow(document: Y.Doc, row: Stored, origin: unknown = null): Uint8Array[] {
  const what = `row ${row.seq}`;
  const updates = split(what, row.bytes);
  guarded(document, what, () =>
    document.transact(() => updates.forEach((update) => apply(document, update, origin)), origin),
  );
  return updates;
}

/** How long a turn may last before the next step, ms. */
const TURN = 4;
/** A row of more bytes is applied update by update. */
const LARGE = 65_536;

function* stepsOf(document: Y.Doc, { snapshot, rows }: LogPart, origin: unknown): Iterable<() => void> {
  if (snapshot) yield* updatesOf(document, `snapshot ${snapshot.seq}`, snapshot, origin);
  for (const row of rows) {
    if (row.bytes.byteLength > LARGE) yield* updatesOf(document, `row ${row.seq}`, row, origin);
    else yield () => replayRow(document, row, origin);
  }
}

function* updatesOf(document: Y.Doc, what: string, { bytes }: Stored, origin: unknown): Iterable<() => void> {
  for (const update of split(what, bytes)) {
    yield () => guarded(document, what, () => document.transact(() => apply(document, update, origin), origin));
  }
}

const lastOf = ({ rows, snapshot, head }: LogPart) => rows.at(-1)?.seq ?? snapshot?.seq ?? head;

function split(what: string, bytes: Uint8Array): Uint8Array[] {
  try {
    return splitUpdates(bytes);
  } catch (error) {
    throw new Unreadable(`${what} cannot be read`, { cause: error });
  }
}

/** Yjs stumbles over a struct that is known in part, if that part was deleted for good: then what is known is left out. */
function apply(document: Y.Doc, update: Uint8Array, origin: unknown): void {
  try {
    Y.applyUpdate(document, update, origin);
  } catch {
    Y.applyUpdate(document, Y.diffUpdate(update, Y.encodeStateVector(document)), origin);
  }
}

function guarded(document: Y.Doc, what: string, change: () => void): void {
  try {
    change();
  } catch (error) {
    throw new Unreadable(`${what} cannot be read`, { cause: error });
  }
  if (document.store.pendingStructs ?? document.store.pendingDs) throw new Unreadable(`${what} has a gap`);
}
