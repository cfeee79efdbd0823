/** What the last rows said that were applied, so that a log which says something else is noticed. */
import { crc32 } from 'node:zlib';
import { baseAt, type Base } from '../../documents/base.ts';
import type { Stored } from '../../documents/log-part.ts';
import type { RowMessage } from '../../documents/row.ts';

export interface Memory {
  note(row: Stored): void;
  /** Whether a row is not the one that was noted; what is long ago, or told of without its bytes, is believed. */
  contradicts(row: RowMessage): boolean;
  /** What edits are judged on where the document has all up to a row: its bytes are known if it was noted last. */
  baseAt(seq: number): Base;
}

const ROWS = 256;
/** A last row of more bytes is not kept: it is known by its number. */
const MOST_KEPT = 65_536;

export function createMemory(): Memory {
  /** A row is noted at its sequence number modulo `ROWS`. */
  const seqs: number[] = [];
  const sums: number[] = [];
  let last: Stored | null = null;
  return {
    note({ seq, bytes }) {
      last = bytes.byteLength > MOST_KEPT ? null : { seq, bytes: new Uint8Array(bytes) }; // they may be a part of many more
      seqs[seq % ROWS] = seq;
      sums[seq % ROWS] = crc32(bytes);
    },
    contradicts: ({ seq, bytes }) => bytes !== null && seqs[seq % ROWS] === seq && sums[seq % ROWS] !== crc32(bytes),
    baseAt: (seq) => (last?.seq === seq ? baseAt(last) : { seq, sum: null }),
  };
}
