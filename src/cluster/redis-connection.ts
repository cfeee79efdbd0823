/**
 * A connection to Redis that is there again by itself, whatever happens to Redis and to the way there.
 *
 * Redis is asked for a sign of life each second. A connection that breaks is made again by the library, with growing
 * pauses. One that owes its answer for too long is given up and another client is put in its place: where the other
 * end stands still, or is gone without a word, writing to it would go well for minutes. Nothing that Redis does or says
 * reaches the process as an error.
 */
import { createClient } from 'redis';

export type RedisClient = ReturnType<typeof createRedisClient>;

export interface RedisConnection {
  /** The client of the moment. */
  readonly client: RedisClient;
  /** Whether Redis is there and answers. */
  readonly ready: boolean;
  /** Somebody waited for an answer in vain: it is not ready until the next sign of life. */
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
  /** Told when Redis has gone and when it is there. */
  onState(state: { ready: boolean; error?: unknown }): void;
  /** Between two signs of life, ms; for how long the last one is believed in; and after which silence it is given up. */
  pace?: { ask: number; believe: number; giveUp: number };
}

const PACE = { ask: 1000, believe: 2500, giveUp: 4000 };
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

export function createRedisConnection({ url, waits, onState, pace = PACE }: RedisConnectionOptions): RedisConnection {
  const replacements: ((client: RedisClient) => void)[] = [];
  const arrivals: (() => void)[] = [];
  let answeredAt = -Infinity;
  /** Since when an answer is owed. */
  let askedAt: number | null = null;
  let told: boolean | null = null;
  let timer: NodeJS.Timeout | undefined;
  let client = create();

  function create(): RedisClient {
    const made = createRedisClient({ url, waits, giveUp: pace.giveUp });
    made.on('error', (error: unknown) => client === made && tell(false, error));
    made.on('ready', () => void ask());
    return made;
  }

  function tell(ready: boolean, error?: unknown): void {
    if (ready === told) return;
    told = ready;
    onState({ ready, ...(error !== undefined && { error }) });
    if (ready) for (const callback of arrivals) callback();
  }

  const isReady = () => client.isReady && performance.now() - answeredAt < pace.believe;

  async function ask(): Promise<void> {
    const asked = client;
    if (!asked.isReady || askedAt !== null) return;
    askedAt = performance.now();
    try {
      await asked.ping();
      if (asked !== client) return;
      answeredAt = performance.now();
      tell(true);
    } catch {
      // It broke, and says so itself.
    } finally {
      if (asked === client) askedAt = null;
    }
  }

  function look(): void {
    if (!isReady()) tell(false, new Error('Redis does not answer'));
    if (askedAt !== null && performance.now() - askedAt > pace.giveUp) replace();
    void ask();
  }

  function replace(): void {
    const given = client;
    askedAt = null;
    client = create();
    given.destroy();
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
    get ready() {
      return isReady();
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
      while (!isReady() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    stop() {
      clearInterval(timer);
      if (client.isOpen) client.destroy();
    },
  };
}
