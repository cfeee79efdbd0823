/**
 * The fence (AC3): access to a diagram has changed since those who wrote what waits for its log were decided. They
 * are asked about again, all diagrams in one question.
 */
import type { Decision } from '../access/standing.ts';
import type { Waiting } from './queue.ts';

/** What people are to diagrams now, in the order of the questions. */
export type Decide = (asked: readonly { diagram: string; person: string }[]) => Promise<Decision[]>;

/** What waits for a diagram, and was decided under an access epoch that is over. */
export interface Outdated {
  diagram: string;
  taken: readonly Waiting[];
}

/** An entry as it was decided last, or why it is dropped: its author may not write, or there is no such diagram. */
export type Fenced = Waiting | 'forbidden' | 'missing';

/** @returns what becomes of an entry that waits for a diagram. Rejects as `decide` does */
export async function decideAnew(
  outdated: readonly Outdated[],
  decide: Decide,
): Promise<(diagram: string, waiting: Waiting) => Fenced> {
  const asked = outdated.flatMap(({ diagram, taken }) =>
    [...new Set(taken.map(({ entry }) => entry.person))].map((person) => ({ diagram, person })),
  );
  const decisions = await decide(asked);
  const found = new Map(asked.map(({ diagram, person }, index) => [`${diagram} ${person}`, decisions[index]!]));
  return (diagram, waiting) => {
    const decision = found.get(`${diagram} ${waiting.entry.person}`);
    if (!decision) return 'missing';
    return decision.mayWrite ? { ...waiting, epoch: decision.epoch } : 'forbidden';
  };
}
