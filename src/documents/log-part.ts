/** A part of a diagram's log as it was read, and what is thrown if it cannot be made sense of. */

export interface LogPart {
  head: number;
  /** To be applied first: everything up to its `seq`. */
  snapshot: Stored | null;
  /** Contiguous, ending at the head. */
  rows: Stored[];
}

/** Updates side by side, as `joinUpdates` makes them, and the sequence number that they lead to. */
export interface Stored {
  seq: number;
  bytes: Uint8Array;
}

/** What is stored cannot be read: not to be overwritten, and not to be served as if it were the document (DO5). */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  /** The sequence number of the snapshot that it was tried with. */
  snapshot?: number;
}
