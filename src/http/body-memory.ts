/**
 * What bodies take of the node's memory until they are answered: all together three times the largest, and those of one
 * person twice, so that whoever sends without an end does not keep everybody else out. The first bytes of each are not
 * counted: they cost no more than its connection, and whoever sends little is kept out by nobody.
 */
import { createBudget } from '../budget.ts';
import { Refusal } from '../refusal.ts';

/** When others of theirs may have been answered, seconds. */
const SOON = 1;
/** Bytes of a request that are not counted. */
export const LITTLE = 8192;

/** Of one request. */
export interface BodyMemory {
  /** @throws Refusal `rate_limited` if so much is not left of the person's, `unavailable` if it is not of everybody's */
  take(bytes: number): void;
  giveBack(): void;
}

/** @param largest bytes of one body; @returns what gives somebody's request its own */
export function createBodyMemory(largest: number): (person: string) => BodyMemory {
  const everybody = createBudget(3 * largest);
  const people = new Map<string, number>();
  return (person) => {
    let [sent, taken] = [0, 0];
    const theirs = () => people.get(person) ?? 0;
    return {
      take(bytes) {
        const more = Math.max(0, sent + bytes - LITTLE) - taken;
        if (theirs() + more > 2 * largest) throw new Refusal('rate_limited', { retryAfter: SOON });
        if (!everybody.take(more)) throw new Refusal('unavailable');
        if (more > 0) people.set(person, theirs() + more);
        sent += bytes;
        taken += more;
      },
      giveBack() {
        everybody.give(taken);
        if (theirs() > taken) people.set(person, theirs() - taken);
        else people.delete(person);
      },
    };
  };
}
