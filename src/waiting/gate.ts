/** Work that takes much, a few at a time; the others wait in the order in which they came, what is urgent before the rest. */
import { createTurns, type Turns } from './turns.ts';

export type Gate = <T>(work: () => Promise<T>, urgency?: 'urgent') => Promise<T>;

/** @param most how many at a time */
export function createGate(most: number): Gate {
  let inside = 0;
  const urgent: (() => void)[] = [];
  const waiting: (() => void)[] = [];
  return async (work, urgency) => {
    if (inside < most) inside += 1;
    else await new Promise<void>((resolve) => (urgency ? urgent : waiting).push(resolve)); // in the place of one that ended
    try {
      return await work();
    } finally {
      const next = urgent.shift() ?? waiting.shift();
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
