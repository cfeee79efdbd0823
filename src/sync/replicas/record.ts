/**
 * A large document as the updates that it is made of, beside the document itself: whoever opens it is sent these one by
 * one, since Yjs could only encode all of it at a stretch (who comes back: what they lack, `lacking.ts`). They are what the
 * log holds: the slices of a snapshot and the rows since. When the rows have outgrown the snapshot, both are made anew
 * from the log.
 */
import type { Logger } from 'pino';
import type { Doc } from 'yjs';
import type { SqlExecutor } from '../../database/database.ts';
import { Unreadable, type LogPart, type Stored } from '../../documents/log-part.ts';
import { readWhole } from '../../documents/reading.ts';
import { bytesOf, splitUpdates } from '../../documents/row.ts';
import type { Workshop } from '../../documents/workshop.ts';
import { lackedBy, lackingOf } from './lacking.ts';

export interface Record {
  /**
   * Updates for somebody with a state vector: all of the document's log, in order, if they lack much of it, else what they
   * lack; null if the document is not large.
   */
  portionsFor(document: Doc, stateVector: Uint8Array): Iterable<Uint8Array | null> | null;
  /** The log as it was loaded. */
  begin(part: LogPart): void;
  /** A row that was applied. */
  add(row: Stored): void;
  /** Makes it anew if it has grown. To be called where nothing is being applied: either makes much that is new. */
  renew(): void;
}

export interface RecordDependencies {
  /** Whole documents are read through it. */
  content: SqlExecutor;
  workshop: Pick<Workshop, 'run'>;
  logger: Logger;
  /** From how many bytes on a document is large. */
  largeBytes?: number;
}

/** How many clocks somebody may lack and still be told of these alone, and of how many bytes: they are in one piece. */
const MUCH = 20_000;
const MUCH_BYTES = 1_048_576;

export function createRecord(
  diagram: string,
  { content, workshop, logger, largeBytes = 262_144 }: RecordDependencies,
): Record {
  let updates: Uint8Array[] | null = null;
  /** Bytes of all updates, and how many of them there may be before they are made anew. */
  let bytes = 0;
  let most = largeBytes;
  /** The rows since the log is being read anew; null: it is not. */
  let since: Stored[] | null = null;

  async function makeAnew(): Promise<void> {
    const rows: Stored[] = (since = []);
    try {
      const read = await readWhole(
        content,
        diagram,
        (part) => workshop.run('snapshot', part),
        () => {},
      );
      if (!read) return;
      const later = rows.filter(({ seq }) => seq > read.head);
      updates = [read.value, ...later.map((row) => row.bytes)].flatMap(splitUpdates);
      bytes = bytesOf(updates);
    } catch (error) {
      if (!(error instanceof Unreadable))
        logger.warn({ err: error, diagram }, 'a large document is not at hand in slices');
    } finally {
      since = null;
      most = Math.max(largeBytes, bytes * 2);
    }
  }

  /** Nothing is made, and then held, before it is asked for. */
  function* portions(document: Doc, stateVector: Uint8Array): Iterable<Uint8Array | null> {
    if (lackedBy(stateVector, document) > MUCH) return yield* [...updates!];
    for (const portion of lackingOf(document, stateVector)) {
      if (portion && portion.byteLength > MUCH_BYTES) return yield* [...updates!];
      yield portion;
    }
  }

  return {
    portionsFor: (document, stateVector) => updates && portions(document, stateVector),
    begin({ snapshot, rows }) {
      const all = [...(snapshot ? [snapshot] : []), ...rows];
      bytes = bytesOf(all.map((stored) => stored.bytes));
      if (bytes < largeBytes) return;
      updates = all.flatMap((stored) => splitUpdates(stored.bytes));
      most = bytes * 2;
    },
    add(row) {
      bytes += row.bytes.byteLength;
      updates?.push(...splitUpdates(row.bytes));
      since?.push(row);
    },
    renew() {
      if (bytes > most && !since) void makeAnew();
    },
  };
}
