/** What the last rows said that were applied, so that a log which says something else is noticed. */
import { crc32 } from 'node:zlib';
import type { RowMessage } from '../../documents/row.ts';
import type { Stored } from '../../documents/log-part.ts';

export interface Memory {
  note(row: Stored): void;
  /** Whether a row is not the one that was noted; what is long ago, or told of without its bytes, is believed. */
  contradicts(row: RowMessage): boolean;
}

const ROWS = 256;

export function createMemory(): Memory {
  /** A row is noted at its sequence number modulo `ROWS`. */
  const seqs: number[] = [];
  const sums: number[] = [];
  return {
    note({ seq, bytes }) {
      seqs[seq % ROWS] = seq;
      sums[seq % ROWS] = crc32(bytes);
    },
    contradicts: ({ seq, bytes }) => bytes !== null && seqs[seq % ROWS] === seq && sums[seq % ROWS] !== crc32(bytes),
  };
}
