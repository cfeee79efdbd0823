/**
 * Works on many things, several at a time, begun in their order. Where one fails no other is begun; the first failure is
 * thrown when those that are under way have ended.
 */

/** @param most how many at a time; @returns what became of each, in their order */
export async function severalAtATime<Thing, Outcome>(
  most: number,
  things: readonly Thing[],
  work: (thing: Thing) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const failures: unknown[] = [];
  const left = things.entries();
  const worker = async () => {
    for (const [index, thing] of left) {
      if (failures.length > 0) return;
      try {
        outcomes[index] = await work(thing);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, things.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return outcomes;
}
