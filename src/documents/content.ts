/**
 * The content of a diagram for REST: read from the log, not from an open document, so it is the same on every node.
 * If what is stored cannot be read, the newest snapshot that can is served, and said to be that (DO5).
 */
import * as Y from 'yjs';
import type { SqlExecutor } from '../database/database.ts';
import { Refusal } from '../refusal.ts';
import { readCells, type StoredCell } from './diagram.ts';
import { readLog, replay, Unreadable } from './reading.ts';

export interface Content {
  /** The head of the log that this is the content at; of a snapshot served instead, the head that it stands for. */
  head: number;
  /** Whether this is the newest content; if not, what came after `head` cannot be read. */
  current: boolean;
  cells(): StoredCell[];
  /** The Yjs state, as one update. */
  state(): Uint8Array;
}

/**
 * @returns null if there is no such diagram
 * @throws Refusal `unavailable` if nothing of it can be read
 */
export async function readContent(
  executor: SqlExecutor,
  diagram: string,
  report: (diagram: string, fault: Unreadable) => void,
): Promise<Content | null> {
  try {
    const part = await readLog(executor, diagram, 0);
    if (!part) return null;
    const document = new Y.Doc();
    replay(document, part);
    return contentOf(document, part.head, true);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    report(diagram, error);
    return lastReadable(executor, diagram);
  }
}

async function lastReadable(executor: SqlExecutor, diagram: string): Promise<Content> {
  const snapshots = await executor.query<{ seq: string; bytes: Uint8Array }>(
    'select seq, bytes from document_snapshot where diagram_id = $1 order by seq desc',
    [diagram],
  );
  for (const { seq, bytes } of snapshots) {
    try {
      const document = new Y.Doc();
      replay(document, { head: Number(seq), snapshot: { seq: Number(seq), bytes }, rows: [] });
      return contentOf(document, Number(seq), false);
    } catch {
      continue; // unreadable too: the one before it
    }
  }
  throw new Refusal('unavailable');
}

function contentOf(document: Y.Doc, head: number, current: boolean): Content {
  return { head, current, cells: () => readCells(document), state: () => Y.encodeStateAsUpdate(document) };
}
