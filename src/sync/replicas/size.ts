/** How large an open document is: no less than it takes, by what was read and applied; measured only when that is too much. */
import { encodeStateAsUpdate, type Doc } from 'yjs';

export interface Size {
  add(bytes: number): void;
  /** Whether a document with so many bytes more is over the limit. @param at the sequence number that it is at */
  exceeds(document: Doc, at: number | null, limit: number, more: number): boolean;
}

export function createSize(): Size {
  let bytes = 0;
  let measuredAt: number | null = null;
  return {
    add: (more) => void (bytes += more),
    exceeds(document, at, limit, more) {
      if (bytes + more <= limit) return false;
      if (measuredAt === null || measuredAt !== at) bytes = encodeStateAsUpdate(document).byteLength;
      measuredAt = at;
      return bytes + more > limit;
    },
  };
}
