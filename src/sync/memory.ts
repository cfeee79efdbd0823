/** What the last rows said that were applied, so that a log which says something else is noticed. */
import { crc32 } from 'node:zlib';
import type { RowMessage } from '../documents/row.ts';
import type { Stored } from '../documents/log-part.ts';

export interface Memory {
  note(row: Stored): void;
  /** Whether a row is not the one that was noted; what is long ago, or told of without its bytes, is believed. */
  contradicts(row: RowMessage): boolean;
}

const ROWS = 256;

export function createMemory(): Memory {
  const sums = new Map<number, number>();
  return {
    note({ seq, bytes }) {
      sums.set(seq, crc32(bytes));
      if (sums.size > ROWS) sums.delete(sums.keys().next().value!);
    },
    contradicts({ seq, bytes }) {
      const noted = sums.get(seq);
      return noted !== undefined && bytes !== null && noted !== crc32(bytes);
    },
  };
}
