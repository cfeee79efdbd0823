/**
 * Edits of other nodes that everybody here has been told of, on their way into the document. Yjs takes many in one
 * transaction for little more than one costs alone, so they are collected for up to a second; whoever is about to look at
 * the document has it take them in first. A node on which people only watch does a good deal less for it.
 */
import { bytesOf } from '../../documents/row.ts';

export interface Behind {
  add(updates: readonly Uint8Array[]): void;
  /** Has the document take in what there is. */
  settle(): void;
}

/** How long an edit is behind at most, ms; and how many bytes of them are, which Yjs takes in within a few milliseconds. */
const LONGEST = 1000;
const MOST = 16_384;

/** @param apply has the document take in updates, in one transaction; must not throw */
export function createBehind(apply: (updates: readonly Uint8Array[]) => void): Behind {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;

  function settle(): void {
    if (waiting.length === 0) return;
    clearTimeout(timer);
    timer = undefined;
    const updates = waiting;
    [waiting, bytes] = [[], 0];
    apply(updates);
  }

  return {
    add(updates) {
      waiting.push(...updates);
      bytes += bytesOf(updates);
      timer ??= setTimeout(settle, LONGEST).unref();
      if (bytes > MOST) settle();
    },
    settle,
  };
}
