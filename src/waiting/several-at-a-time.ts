/**
 * Works on many things, several at a time, begun in their order. With each failure one fewer is under way at a time: one
 * that fails does not keep others waiting, and where everything fails no more is tried than may be under way. One of the
 * failures is thrown when all has ended. What is tried again and again comes in another order each time, so that as many as
 * may be under way and always fail do not keep the others from their turn for ever.
 */

/** @param most how many at a time; @returns what became of each, in their order */
export async function severalAtATime<Thing, Outcome>(
  most: number,
  things: readonly Thing[],
  work: (thing: Thing) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const left = things.entries();
  const worker = async () => {
    for (const [index, thing] of left) outcomes[index] = await work(thing);
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(most, things.length) }, worker));
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  return outcomes;
}

/** The same things in an order by chance. */
export function inAnyOrder<Thing>(things: readonly Thing[]): Thing[] {
  const placed = things.map((thing) => ({ thing, place: Math.random() }));
  return placed.toSorted((one, other) => one.place - other.place).map(({ thing }) => thing);
}
