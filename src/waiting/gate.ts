/** Work that takes much memory, a few at a time; the others wait in the order in which they came. */
import { createTurns, type Turns } from './turns.ts';

export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/** @param most how many at a time */
export function createGate(most: number): Gate {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (inside < most) inside += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve)); // takes the place of one that has ended
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else inside -= 1;
    }
  };
}

/** The same for work on things: on each one after the other, on so many at a time. @param most how many */
export function createGatedTurns(most: number): Turns {
  const [gate, turns] = [createGate(most), createTurns()];
  return (key, work) => turns(key, () => gate(work));
}
