/**
 * The poll finds what the bus has lost. Twice a second one query, for all that is open on this node: each part sends
 * along what this node has of it, and only what differs comes back. What is found has the same effect as the message
 * that was lost. What takes long to catch up with keeps nothing else from being found: the next question is asked in its
 * time. A node that is not sure of its lease does not ask, nor act on an answer that came too late (NO1).
 */
import type { SqlExecutor } from '../database/database.ts';
import { atMost } from '../waiting/at-most.ts';

/** Something of a part that differs: its key, and in what, as the part's query says. */
export interface Difference {
  key: string;
  what: string;
}

/** A kind of things that are open. */
export interface PollPart {
  /** What this node has now, as the values of the query's parameters; null: nothing is open. */
  known(): readonly unknown[] | null;
  /** A query of text columns `key` and `what`, which gives what differs. @param first the number of its first parameter */
  query(first: number): string;
  /** Resolves when what was missed has been caught up with. Called again with what still differs, whether it has or not. */
  differ(differences: readonly Difference[]): Promise<unknown>;
}

export interface Poll {
  watch(part: PollPart): void;
  /** Asks once, unless it is being asked, and waits for what differs, though not until the next. Never rejects. */
  run(): Promise<void>;
  start(): void;
  /** Waits a moment for a poll that is under way. */
  stop(): Promise<void>;
}

export interface PollDependencies {
  executor: SqlExecutor;
  lease: { held(): boolean };
  onError(error: unknown): void;
  /** Between two polls, ms. */
  interval?: number;
}

/** How long a stopping node waits for an answer, ms. */
const LAST_ANSWER = 1000;

export function createPoll({ executor, lease, onError, interval = 500 }: PollDependencies): Poll {
  const parts: PollPart[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;

  async function ask(): Promise<void> {
    if (!lease.held()) return;
    const queries: string[] = [];
    const values: unknown[] = [];
    for (const [index, part] of parts.entries()) {
      const known = part.known();
      if (!known) continue;
      queries.push(`select ${index} as part, key, what from (${part.query(values.length + 1)}) part_${index}`);
      values.push(...known);
    }
    if (queries.length === 0) return;
    const found = await executor.query<Difference & { part: number }>(queries.join('\nunion all\n'), values);
    if (!lease.held()) return;
    const caughtUp = parts.map((one, index) => one.differ(found.filter(({ part }) => part === index)));
    await atMost(interval / 2, Promise.all(caughtUp).catch(onError));
  }

  const poll: Poll = {
    watch: (part) => void parts.push(part),
    run() {
      running ??= ask()
        .catch(onError)
        .finally(() => (running = null));
      return running;
    },
    start() {
      timer = setInterval(() => void poll.run(), interval);
    },
    async stop() {
      clearInterval(timer);
      if (running) await atMost(LAST_ANSWER, running);
    },
  };
  return poll;
}
