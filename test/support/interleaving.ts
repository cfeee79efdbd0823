/**
 * Forcing interleavings. Actors stop at gates; a schedule, a text of their letters, says who goes on next. A step that
 * does not come to an end in a moment is taken to wait for a lock that another actor has, and the schedule goes on.
 */

export interface Gate {
  /** Stops until the schedule lets the actor go on. */
  pass(): Promise<void>;
}

/** How long a step may take before it is taken to be blocked, ms; longer where orders are left out because of it. */
const MOMENT = process.env.FENCE === 'all' ? 40 : 12;

interface Player {
  waiting: (() => void) | null;
  done: boolean;
  /** Called when the player stops at a gate or is done. */
  stopped: (() => void) | null;
}

/**
 * Runs actors under a schedule, then to their ends without any.
 * @param actors by letter; @param idle told of a step that could not be taken, with those that were taken before it
 * @returns what each returned, in the order of their letters in `actors`
 */
export async function interleave<Letter extends string, T>(
  schedule: string,
  actors: Readonly<Record<Letter, (gate: Gate) => Promise<T>>>,
  idle: (taken: string, letter: string) => void = () => {},
): Promise<Record<Letter, T>> {
  const players = new Map<string, Player>();
  let open = false;
  const running = Object.entries<(gate: Gate) => Promise<T>>(actors).map(async ([letter, act]) => {
    const player: Player = { waiting: null, done: false, stopped: null };
    players.set(letter, player);
    const pass = async () => {
      if (open) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      player.waiting = resolve;
      player.stopped?.();
      await promise;
    };
    const result = await act({ pass }).finally(() => {
      player.done = true;
      player.stopped?.();
    });
    return [letter, result] as const;
  });
  const all = Promise.all(running);
  all.catch(() => {}); // awaited below
  for (const player of players.values()) if (!player.waiting) await step(player); // to its first gate
  let taken = '';
  for (const letter of schedule) {
    if (await step(players.get(letter)!)) taken += letter;
    else idle(taken, letter);
  }
  open = true;
  for (const { waiting } of players.values()) waiting?.();
  return Object.fromEntries(await all) as Record<Letter, T>;
}

/** @returns whether it was taken: not by somebody who is done, or waits for another before and after */
async function step(player: Player): Promise<boolean> {
  if (player.done) return false;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  player.stopped = () => resolve(true);
  const go = player.waiting;
  player.waiting = null;
  go?.();
  const timer = setTimeout(() => resolve(go !== null), MOMENT);
  const taken = await promise;
  clearTimeout(timer);
  player.stopped = null;
  return taken;
}

/** Orders that differ only in steps that cannot be taken come out the same: this tells which are to be tried. */
export function createDistinct(): { isNew(schedule: string): boolean; idle(taken: string, letter: string): void } {
  const impossible = new Set<string>();
  const tried = new Set<string>();
  return {
    isNew(schedule) {
      let taken = '';
      for (const letter of schedule) if (!impossible.has(taken + letter)) taken += letter;
      return tried.size < tried.add(taken).size;
    },
    idle: (taken, letter) => void impossible.add(taken + letter),
  };
}

/** Every order of so many steps of each letter. */
export function* schedulesOf(steps: Readonly<Record<string, number>>): Iterable<string> {
  const left = Object.entries(steps).filter(([, count]) => count > 0);
  if (left.length === 0) yield '';
  for (const [letter, count] of left) {
    for (const rest of schedulesOf({ ...steps, [letter]: count - 1 })) yield letter + rest;
  }
}
