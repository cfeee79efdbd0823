/**
 * What waits for the same thing is done together: while some work on a key is under way, what comes for it gathers, in
 * order, and makes the next. A crowd that comes at once so costs a few transactions, and each of them tells its news once.
 */
import type { Turns } from '../waiting/turns.ts';

/**
 * @param work all that has gathered for a key, at least one; @returns for each item, in order, what became of it, or the
 * error that it is refused with. If it rejects, all of them are.
 * @returns adds an item
 */
export function createGathering<Item, Result>(
  inTurn: Turns,
  work: (key: string, items: readonly Item[]) => Promise<readonly (Result | Error)[]>,
): (key: string, item: Item) => Promise<Result> {
  const gathered = new Map<string, Item[]>();
  const rounds = new Map<string, Promise<readonly (Result | Error)[]>>();

  const begin = (key: string): Promise<readonly (Result | Error)[]> =>
    inTurn(key, () => {
      const items = gathered.get(key)!;
      gathered.delete(key);
      rounds.delete(key);
      return work(key, items);
    });

  return async (key, item) => {
    const items = gathered.get(key) ?? [];
    gathered.set(key, items);
    const place = items.push(item) - 1;
    const round = rounds.get(key) ?? begin(key);
    rounds.set(key, round);
    const outcome = (await round)[place]!;
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
}
