/**
 * How large an open document is. The bytes that were read and applied are no less than it takes; only when they are too
 * many it is measured, from the log and away from the event loop, since Yjs has to encode all of it. Whoever has to
 * know waits for that. Nobody is refused by a measurement that began before they asked.
 */
import type { SqlExecutor } from '../../database/database.ts';
import type { LogPart } from '../../documents/log-part.ts';
import { readWhole } from '../../documents/reading.ts';
import type { Workshop } from '../../documents/workshop.ts';

export interface Measured {
  /** The head of the log that was measured. */
  head: number;
  bytes: number;
}

export interface Size {
  /** A row, or what was loaded, that the document has now. */
  add(seq: number, bytes: number): void;
  /** Whether a document with so many bytes more is over the limit. Rejects as the measurement does. */
  exceeds(limit: number, more: number): boolean | Promise<boolean>;
}

/** @param measure measures the document as it is in the log; null if there is no such document any more */
export function createSize(measure: () => Promise<Measured | null>): Size {
  let bytes = 0;
  /** What has come since the measurement under way began. */
  let since: Measured[] | null = null;
  let last: Promise<number> = Promise.resolve(0);
  /** One that has not begun yet, which serves all who ask until it does. */
  let next: Promise<number> | null = null;

  async function begin(): Promise<number> {
    next = null;
    const rows: Measured[] = (since = []);
    const measured = await measure().finally(() => (since = null));
    if (!measured) return 0;
    const later = rows.filter(({ head }) => head > measured.head);
    bytes = later.reduce((sum, row) => sum + row.bytes, measured.bytes);
    return measured.bytes;
  }

  async function isOver(limit: number, more: number): Promise<boolean> {
    while (bytes + more > limit) {
      next ??= last = last.then(begin, begin);
      const measured = await next;
      if (measured === 0) return false; // the log will say that it is gone
      if (measured + more > limit) return true;
    }
    return false;
  }

  return {
    add(seq, more) {
      bytes += more;
      since?.push({ head: seq, bytes: more });
    },
    exceeds: (limit, more) => (bytes + more <= limit ? false : isOver(limit, more)),
  };
}

/** What a document takes as the log has it; null if there is none. @throws Unreadable */
export async function measuredFrom(
  { content, workshop }: { content: SqlExecutor; workshop: Pick<Workshop, 'run'> },
  diagram: string,
): Promise<Measured | null> {
  const measure = (part: LogPart) => workshop.run('size', part);
  const read = await readWhole(content, diagram, measure, () => {});
  return read && { head: read.head, bytes: read.value };
}
