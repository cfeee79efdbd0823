/**
 * What large bodies take of the node's memory, from their first byte until they are answered: all together three times
 * the largest, and those of one person twice, so that whoever sends without an end does not keep everybody else out.
 */
import { createBudget } from '../documents/budget.ts';
import { Refusal } from '../refusal.ts';

/** When others of theirs may have been answered, seconds. */
const SOON = 1;

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
    let taken = 0;
    const theirs = () => people.get(person) ?? 0;
    return {
      take(bytes) {
        if (theirs() + bytes > 2 * largest) throw new Refusal('rate_limited', { retryAfter: SOON });
        if (!everybody.take(bytes)) throw new Refusal('unavailable');
        people.set(person, theirs() + bytes);
        taken += bytes;
      },
      giveBack() {
        everybody.give(taken);
        if (theirs() > taken) people.set(person, theirs() - taken);
        else people.delete(person);
      },
    };
  };
}
