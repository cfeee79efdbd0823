/**
 * How edits are brought together. The first after a rest is flushed at once; then flushes keep a distance, and each takes
 * so many of the diagrams that wait, those that have waited longest, that all have had their turn within a round. The
 * more goes together, the less each edit costs the database, the other nodes and every editor's connection; a round
 * bounds what an edit waits for that.
 */

/** ms from the beginning of a flush to that of the next, and in which every diagram that waits has its turn. */
export interface Pace {
  distance: number;
  round: number;
}

export const PACE: Pace = { distance: 12, round: 32 };

/** A flush of fewer diagrams costs as much. */
const LEAST = 32;

/**
 * How many diagrams a flush takes.
 * @param waiting how many wait; @param took ms from the beginning of the last flush to now
 */
export function share(waiting: number, took: number, { round }: Pace): number {
  return Math.max(LEAST, Math.ceil(waiting * Math.min(1, took / round)));
}
