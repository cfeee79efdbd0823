/**
 * A large document as the updates that it is made of, beside the document itself: whoever opens it is sent these one by
 * one, since Yjs could only encode all of it at a stretch. They are what the log holds: the slices of a snapshot and the
 * rows since. When the rows have outgrown the snapshot, both are made anew from the log.
 */
import type { Logger } from 'pino';
import { decodeStateVector, getState, type Doc } from 'yjs';
import type { SqlExecutor } from '../database/database.ts';
import { Unreadable, type LogPart, type Stored } from '../documents/log-part.ts';
import { readWhole } from '../documents/reading.ts';
import { splitUpdates } from '../documents/row.ts';
import type { Workshop } from '../documents/workshop.ts';

export interface Record {
  /**
   * Updates that make up all of the document's log, in order, for somebody who lacks much of it; null if it is as well to
   * encode what they lack.
   */
  portionsFor(document: Doc, stateVector: Uint8Array): readonly Uint8Array[] | null;
  /** The log as it was loaded. */
  begin(part: LogPart): void;
  /** A row that was applied. */
  add(row: Stored): void;
}

export interface RecordDependencies {
  /** Whole documents are read through it. */
  content: SqlExecutor;
  workshop: Pick<Workshop, 'run'>;
  logger: Logger;
  /** From how many bytes on a document is large. */
  largeBytes?: number;
}

/** How many clocks somebody may lack and still be told at a stretch. */
const MUCH = 20_000;

const sum = (updates: readonly Uint8Array[]) => updates.reduce((bytes, update) => bytes + update.byteLength, 0);

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

  async function renew(): Promise<void> {
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
      bytes = sum(updates);
    } catch (error) {
      if (!(error instanceof Unreadable))
        logger.warn({ err: error, diagram }, 'a large document is not at hand in slices');
    } finally {
      since = null;
      most = Math.max(largeBytes, bytes * 2);
    }
  }

  return {
    portionsFor: (document, stateVector) => (updates && lackedBy(stateVector, document) > MUCH ? [...updates] : null),
    begin({ snapshot, rows }) {
      const all = [...(snapshot ? [snapshot] : []), ...rows];
      bytes = sum(all.map((stored) => stored.bytes));
      if (bytes < largeBytes) return;
      updates = all.flatMap((stored) => splitUpdates(stored.bytes));
      most = bytes * 2;
    },
    add(row) {
      bytes += row.bytes.byteLength;
      updates?.push(...splitUpdates(row.bytes));
      since?.push(row);
      if (bytes > most && !since) void renew();
    },
  };
}

function lackedBy(stateVector: Uint8Array, { store }: Doc): number {
  const known = decodeStateVector(stateVector);
  let lacking = 0;
  for (const client of store.clients.keys()) lacking += Math.max(0, getState(store, client) - (known.get(client) ?? 0));
  return lacking;
}
