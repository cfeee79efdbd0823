/**
 * Work on the same thing one after the other, on this node. What would wait in the database for the same row waits here
 * instead: a crowd that comes or goes at once does not hold all of the node's connections.
 */
export type Turns = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** @returns runs work when what came before it with the same key has ended, well or not */
export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work);
    const over = turn.then(
      () => {},
      () => {},
    );
    last.set(key, over);
    void over.then(() => {
      if (last.get(key) === over) last.delete(key);
    });
    return turn;
  };
}
