/**
 * The frames of a connection that wait for what they depend on (DO4): put aside in the order in which they came, until
 * the next step 2 has brought what the client has. Then they are judged once more, and what has a gap even then is refused.
 */
import type { Arrived } from './arrived.ts';

export interface Aside {
  /** @param now ms; @returns false if too many are aside already */
  put(frame: Arrived, now: number): boolean;
  /** Takes out those that came before a frame whose content is known now: they have had their answer. */
  dueBefore(order: number): Arrived[];
  /** Takes out all. */
  empty(): Arrived[];
  /** Whether one has waited for more than so many ms. */
  overdue(now: number, most: number): boolean;
}

const MOST = 1000;

export function createAside(): Aside {
  let frames: Arrived[] = [];
  return {
    put(frame, now) {
      if (frames.length === MOST) return false;
      frame.asideSince = now;
      frames.push(frame);
      return true;
    },
    dueBefore(order) {
      if (frames.length === 0) return [];
      const due = frames.filter((frame) => frame.order < order);
      frames = frames.filter((frame) => frame.order >= order);
      for (const frame of due) frame.answered = true;
      return due;
    },
    empty: () => frames.splice(0),
    overdue: (now, most) => frames.some((frame) => now - frame.asideSince > most),
  };
}
