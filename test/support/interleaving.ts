/**
 * Forcing interleavings. Actors stop at gates; a step lets one of them go on, and ends when everybody stands still
 * again: at a gate, done, or waiting for a lock that another actor has. Which it is the database is asked, and nobody
 * guesses by the clock.
 *
 * There are very many orders of the steps of a few actors, but few states that they lead through, and what can happen
 * from a state does not depend on the way to it. So each step is taken once from each state, which covers every order.
 * Two ways have led to the same state if the same is committed, each actor has passed as many gates and has been given
 * the same answers (what it does next, and what it has written and locked, follows from these), and the same actors wait,
 * in the same order, with statements that began when the same was committed. (A statement that does not wait has no past:
 * transactions are read committed, and have a snapshot only while a statement runs.)
 */
import type { Chance } from './seeded.ts';

export interface Gate {
  /** Stops until it is this actor's turn. */
  pass(): Promise<void>;
  /** Takes note of an answer that the actor was given. What is different each time (ids, times) has to be left out. */
  saw(answer: string): void;
}

/** One run: its actors by letter, fresh, and the database that they share. */
export interface Scene {
  actors: Readonly<Record<string, (gate: Gate) => Promise<unknown>>>;
  /** How many of the actors wait for a lock. */
  blocked(): Promise<number>;
  /** What is committed, as far as it matters to any of the actors and to `end`. */
  committed(): Promise<string>;
  /** When all are done: throws if it came out as it must not. @param order the steps that were taken */
  end(order: string): Promise<void>;
}

interface Player {
  letter: string;
  go: (() => void) | null;
  done: boolean;
  passed: number;
  answers: string[];
}

/** A state that was reached, how, and the steps that have not been taken from it. */
interface Reached {
  key: string;
  way: string;
  left: string[];
}

/** How long a step usually takes at most, ms; then it is looked whether it is blocked. */
const MOMENT = 2;

/**
 * Takes every step from every state that actors can come to.
 * @param begin makes the scene of a run
 * @param some take only so many runs, by chance
 */
export async function everyOrder(begin: () => Promise<Scene>, some?: { runs: number; chance: Chance }): Promise<void> {
  const states = new Map<string, Reached>();
  for (let run = 0; run < (some?.runs ?? Infinity); run += 1) {
    const open = [...states.values()].filter(({ left }) => left.length > 0);
    if (run > 0 && open.length === 0) return;
    const goal = some && open.length > 0 ? some.chance.of(open) : (open.at(-1) ?? null);
    await explore(await begin(), states, goal, some?.chance);
  }
}

/** One run: to a state with steps that were not taken yet, on by such steps as long as there are any, and to the end. */
async function explore(
  scene: Scene,
  states: Map<string, Reached>,
  goal: Reached | null,
  chance?: Chance,
): Promise<void> {
  const play = await begun(scene);
  for (const letter of goal?.way ?? '') await play.step(letter);
  if (goal && (await play.state()) !== goal.key) throw new Error(`${goal.way} did not lead to the same state again`);
  for (let order = goal?.way ?? ''; ;) {
    const key = await play.state();
    const state = states.get(key) ?? { key, way: order, left: play.steps() };
    states.set(key, state);
    const index = chance ? chance.below(state.left.length) : 0;
    const [letter] = state.left.splice(index, 1);
    if (letter === undefined) break;
    order += letter;
    await play.step(letter);
  }
  const order = await play.finish();
  await scene.end(order);
}

/** @returns a run that stands at its first gates */
async function begun({ actors, blocked, committed }: Scene) {
  const players: Player[] = [];
  /** Those that wait for a lock, in the order in which they began to, with what was committed then. */
  const queue = new Map<Player, string>();
  let moves = 0;
  let moved = () => {};
  let order = '';
  const stop = () => {
    moves += 1;
    moved();
  };
  const running = () => players.filter(({ go, done }) => !go && !done);

  const acting = Object.entries(actors).map(async ([letter, act]) => {
    const player: Player = { letter, go: null, done: false, passed: 0, answers: [] };
    players.push(player);
    const pass = () =>
      new Promise<void>((resolve) => {
        player.go = resolve;
        stop();
      });
    await act({ pass, saw: (answer) => void player.answers.push(answer) }).finally(() => {
      player.done = true;
      stop();
    });
  });
  const all = Promise.all(acting);
  all.catch(() => {}); // awaited in `finish`

  /** Waits until everybody stands still. */
  async function still(): Promise<void> {
    while (running().length > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        moved = resolve;
        timer = setTimeout(resolve, MOMENT);
      });
      clearTimeout(timer);
      const before = moves;
      const waiting = running().length;
      if (waiting > 0 && (await blocked()) === waiting && moves === before) break;
    }
  }

  async function step(letter: string): Promise<void> {
    const player = players.find((one) => one.letter === letter)!;
    if (!player.go) throw new Error(`after ${order} there is no step ${letter}`);
    const { go } = player;
    player.go = null;
    player.passed += 1;
    order += letter;
    go();
    await still();
    for (const one of queue.keys()) if (!running().includes(one)) queue.delete(one);
    for (const one of running()) if (!queue.has(one)) queue.set(one, await committed()); // itself it committed nothing
  }

  const steps = () => players.flatMap(({ go, letter }) => (go ? [letter] : []));
  await still();
  return {
    step,
    steps,
    async state(): Promise<string> {
      const each = players.map(({ done, passed, answers }) => [done, passed, answers]);
      const waiting = [...queue].map(([{ letter }, began]) => [letter, began]);
      return JSON.stringify([await committed(), each, waiting]);
    },
    /** Takes the steps that are left, in any order. @returns all that were taken */
    async finish(): Promise<string> {
      for (let [letter] = steps(); letter !== undefined; [letter] = steps()) await step(letter);
      await all;
      return order;
    },
  };
}
