/**
 * How far apart flushes begin. The first edit after a rest is flushed at once. While many come, flushes keep a distance
 * that grows with the rows of the last one: the more goes together, the less each edit costs the database, the other
 * nodes and every editor's connection.
 */

/** ms from one flush to the next: after any, for each of its rows, and at most. */
export interface Spacing {
  least: number;
  row: number;
  most: number;
}

export const SPACING: Spacing = { least: 8, row: 0.2, most: 30 };

/** Resolves when the next flush may begin, if one of so many rows begins now. */
export function distance(rows: number, { least, row, most }: Spacing): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.min(most, least + rows * row)));
}
