/**
 * Forcing interleavings. Actors stop at gates; a schedule, a text of their letters, says who goes on next. A step that
 * does not come to an end in a moment is taken to wait for a lock that another actor has, and the schedule goes on.
 */

export interface Gate {
  /** Stops until the schedule lets the actor go on. */
  pass(): Promise<void>;
}

/** How long a step may take before it is taken to be blocked, ms. */
const MOMENT = 12;

interface Player {
  waiting: (() => void) | null;
  done: boolean;
  /** Called when the player stops at a gate or is done. */
  stopped: (() => void) | null;
}

/**
 * Runs actors under a schedule, then to their ends without any.
 * @param actors by letter; @returns what each returned, in the order of their letters in `actors`
 */
export async function interleave<Letter extends string, T>(
  schedule: string,
  actors: Readonly<Record<Letter, (gate: Gate) => Promise<T>>>,
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
  for (const letter of schedule) await step(players.get(letter)!);
  open = true;
  for (const { waiting } of players.values()) waiting?.();
  return Object.fromEntries(await all) as Record<Letter, T>;
}

async function step(player: Player): Promise<void> {
  if (player.done) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  player.stopped = resolve;
  const go = player.waiting;
  player.waiting = null;
  go?.();
  const timer = setTimeout(resolve, MOMENT);
  await promise;
  clearTimeout(timer);
  player.stopped = null;
}

/** Every order of so many steps of each letter. */
export function* schedulesOf(steps: Readonly<Record<string, number>>): Iterable<string> {
  const left = Object.entries(steps).filter(([, count]) => count > 0);
  if (left.length === 0) yield '';
  for (const [letter, count] of left) {
    for (const rest of schedulesOf({ ...steps, [letter]: count - 1 })) yield letter + rest;
  }
}
