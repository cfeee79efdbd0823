/**
 * A connection to Redis that is there again by itself, whatever happens to Redis and to the way there.
 *
 * Redis is asked for a sign of life each second. A connection that breaks is made again by the library, with growing
 * pauses. One that owes its answer for too long is given up and another client is put in its place: where the other
 * end stands still, or is gone without a word, writing to it would go well for minutes. So is one on which something
 * came that is not Redis' language, for nobody knows whose answer is the next. Nothing that Redis does or says reaches
 * the process as an error.
 *
 * A Redis that is there does not always do well. It is slow if of the last two signs of life neither came in time (one
 * may have been held up by this node itself). It is refusing if it answers that it does not do what was asked: where a
 * key is written as the sign of life, that tells of one that is full, cannot save, or is a replica.
 */
import { createClient, ErrorReply } from 'redis';

export type RedisClient = ReturnType<typeof createRedisClient>;

export type RedisCondition = 'away' | 'slow' | 'refusing' | 'well';

export interface RedisConnection {
  /** The client of the moment. */
  readonly client: RedisClient;
  readonly condition: RedisCondition;
  /** Somebody waited for an answer in vain: it counts as away until the next sign of life. */
  doubt(): void;
  /** Calls back with each client that takes the place of another. */
  onReplaced(callback: (client: RedisClient) => void): void;
  /** Calls back whenever Redis is there, also for the first time. */
  onReady(callback: () => void): void;
  /** Waits a moment for Redis, but does not depend on it. */
  start(): Promise<void>;
  stop(): void;
}

export interface RedisConnectionOptions {
  url: string;
  /** Whether what is asked while Redis is away waits for it; it is refused at once otherwise. */
  waits: boolean;
  /** A key to write as the sign of life; without one Redis is only asked for it, as a connection that subscribes must. */
  writes?: string;
  /** Told whenever the condition has changed. */
  onCondition(condition: RedisCondition, error?: unknown): void;
  pace?: RedisPace;
}

/** ms */
export interface RedisPace {
  /** Between two signs of life. */
  ask: number;
  /** From which time that it takes Redis is slow. */
  slow: number;
  /** For how long the last one is believed in. */
  believe: number;
  /** After which silence a connection is given up. */
  giveUp: number;
}

const PACE: RedisPace = { ask: 1000, slow: 100, believe: 2500, giveUp: 4000 };
/** How long what is written as a sign of life is kept, s. */
const KEPT = 10;
/** How long a node that starts waits for Redis, ms. */
const START_PATIENCE = 2000;
/** Commands that wait for an answer: a Redis that is stuck must not fill our memory. */
const MOST_WAITING = 20_000;

function createRedisClient({ url, waits, giveUp }: { url: string; waits: boolean; giveUp: number }) {
  return createClient({
    url,
    disableOfflineQueue: !waits,
    commandsQueueMaxLength: MOST_WAITING,
    commandOptions: { timeout: 0 }, // it costs a timer for each command, and what is stuck is given up as a whole
    socket: {
      connectTimeout: 2000,
      socketTimeout: giveUp,
      reconnectStrategy: (retries) => Math.min(25 * 2 ** Math.min(retries, 6), 1000),
    },
  });
}

export function createRedisConnection({
  url,
  waits,
  writes,
  onCondition,
  pace = PACE,
}: RedisConnectionOptions): RedisConnection {
  const replacements: ((client: RedisClient) => void)[] = [];
  const arrivals: (() => void)[] = [];
  let answeredAt = -Infinity;
  /** What Redis answered in place of the last sign of life. */
  let refusal: ErrorReply | null = null;
  /** How long the last two took, ms. */
  let took: [number, number] = [0, 0];
  /** Since when an answer is owed. */
  let askedAt: number | null = null;
  /** Something came that was not Redis' language. */
  let spoilt = false;
  let told: RedisCondition | null = null;
  let timer: NodeJS.Timeout | undefined;
  let client = create();

  function create(): RedisClient {
    const made = createRedisClient({ url, waits, giveUp: pace.giveUp });
    made.on('error', (error: unknown) => {
      if (client !== made) return;
      answeredAt = -Infinity;
      spoilt = made.isReady; // it is not where the connection broke
      tell(error);
    });
    made.on('ready', () => void ask());
    return made;
  }

  function condition(): RedisCondition {
    if (!client.isReady || performance.now() - answeredAt > pace.believe) return 'away';
    if (refusal) return 'refusing';
    return Math.min(...took) > pace.slow ? 'slow' : 'well';
  }

  function tell(error: unknown): void {
    const before = told;
    told = condition();
    if (told === before) return;
    onCondition(told, error);
    if (told !== 'away' && (before === 'away' || before === null)) for (const callback of arrivals) callback();
  }

  async function ask(): Promise<void> {
    const asked = client;
    if (!asked.isReady || spoilt || askedAt !== null) return;
    const from = performance.now();
    askedAt = from;
    const answer = await signOf(asked).catch((error: unknown) => error);
    if (asked !== client) return;
    askedAt = null;
    if (answer instanceof Error && !(answer instanceof ErrorReply)) return; // it broke, and says so itself
    refusal = answer instanceof ErrorReply ? answer : null;
    answeredAt = performance.now();
    took = [took[1], answeredAt - from];
    tell(refusal);
  }

  async function signOf(asked: RedisClient): Promise<unknown> {
    return writes === undefined ? asked.ping() : asked.set(writes, '', { expiration: { type: 'EX', value: KEPT } });
  }

  function look(): void {
    tell(new Error('Redis does not answer'));
    if (spoilt || (askedAt !== null && performance.now() - askedAt > pace.giveUp)) replace();
    void ask();
  }

  function replace(): void {
    const given = client;
    askedAt = null;
    spoilt = false;
    client = create();
    if (given.isOpen) given.destroy();
    connect();
    for (const callback of replacements) callback(client);
  }

  function connect(): void {
    client.connect().catch(() => {}); // it goes on trying until it is destroyed
  }

  return {
    get client() {
      return client;
    },
    get condition() {
      return condition();
    },
    doubt() {
      answeredAt = -Infinity;
    },
    onReplaced: (callback) => void replacements.push(callback),
    onReady: (callback) => void arrivals.push(callback),
    async start() {
      connect();
      timer = setInterval(look, pace.ask);
      const deadline = performance.now() + START_PATIENCE;
      while (condition() === 'away' && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    stop() {
      clearInterval(timer);
      if (client.isOpen) client.destroy();
    },
  };
}
