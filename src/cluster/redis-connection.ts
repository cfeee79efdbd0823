/**
 * A connection to Redis that is there again by itself, whatever happens to Redis and to the way there.
 *
 * Redis is asked for a sign of life twice a second. A connection that breaks is made again by the library, with growing
 * pauses. One that owes its answer for too long is given up and another client is put in its place: where the other
 * end stands still, or is gone without a word, writing to it would go well for minutes. So is one on which something
 * came that is not Redis' language, for nobody knows whose answer is the next. Nothing that Redis does or says reaches
 * the process as an error.
 *
 * A Redis that is there does not always do well. It is slow if of the last two signs of life neither came in time. It
 * is refusing if it answers that it does not do what was asked: where a key is written as the sign of life, that tells
 * of one that is full, cannot save, or is a replica, or of a user who may not do what nodes do. And it is emptied, until two signs later, if on the same connection
 * the key that was written is not there any more.
 */
import { createClient, ErrorReply } from 'redis';
import { overdue } from '../waiting/overdue.ts';

export type RedisClient = ReturnType<typeof createRedisClient>;

export type RedisCondition = 'away' | 'slow' | 'refusing' | 'emptied' | 'well';

export interface RedisConnection {
  /** The client of the moment. */
  readonly client: RedisClient;
  readonly condition: RedisCondition;
  /** Somebody waited for an answer in vain: it counts as away until the next sign of life. */
  doubt(): void;
  /** Calls back whenever another client has taken the place of the one before. */
  onReplaced(callback: () => void): void;
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
  /** A key of this connection alone to write as the sign of life, with all else that a node asks of Redis; without one Redis is only asked for it, as a connection that subscribes must. */
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
  /** After which time without an answer a connection is given up. */
  giveUp: number;
}

const PACE: RedisPace = { ask: 500, slow: 100, giveUp: 1500 };
/** How long Redis may take to let us in, ms. */
const WELCOME = 2000;
/** How long what is written as a sign of life is kept, s: longer than a node that goes on could stand still. */
const KEPT = 60;
/** How long a node that starts waits for Redis, ms. */
const START_PATIENCE = 2000;
/** Commands that wait for an answer: a Redis that is stuck must not fill our memory. */
const MOST_WAITING = 20_000;

/** @param retries how often it was tried @returns how long to wait before it is tried again, ms: Redis is missed no longer than a second */
export function pauseBefore(retries: number): number {
  return Math.min(25 * 2 ** retries, 1000);
}

function createRedisClient({ url, waits }: { url: string; waits: boolean }) {
  return createClient({
    url,
    disableOfflineQueue: !waits,
    commandsQueueMaxLength: MOST_WAITING,
    commandOptions: { timeout: 0 }, // it costs a timer for each command, and what is stuck is given up as a whole
    socket: { connectTimeout: WELCOME, reconnectStrategy: pauseBefore },
  });
}

export function createRedisConnection({
  url,
  waits,
  writes,
  onCondition,
  pace = PACE,
}: RedisConnectionOptions): RedisConnection {
  const replacements: (() => void)[] = [];
  const arrivals: (() => void)[] = [];
  /** Whether the last sign of life is to be believed in. */
  let alive = false;
  /** What Redis answered in its place. */
  let refusal: ErrorReply | null = null;
  /** Whether the last two were late. */
  let late: [boolean, boolean] = [false, false];
  /** Whether what this connection has written is to be found. */
  let written = false;
  /** Whether at the last two it was not. */
  let gone: [boolean, boolean] = [false, false];
  /** Something came that was not Redis' language. */
  let spoilt = false;
  /** To be called when what was asked last is owed no longer. */
  let answered = () => {};
  let told: RedisCondition | null = null;
  let timer: NodeJS.Timeout | undefined;
  let client = create();

  function create(): RedisClient {
    const made = createRedisClient({ url, waits });
    let welcomed = () => {};
    made.on('connect', () => (welcomed = overdue(WELCOME, giveUp)));
    made.on('end', () => welcomed());
    made.on('error', (error: unknown) => {
      welcomed();
      // What was not sent yet waits in the library for the next connection: it is owed by nobody until then.
      if (made === client) answered();
      [alive, written] = [false, false];
      spoilt = made.isReady; // it is not where the connection broke
      tell(error);
    });
    made.on('ready', () => {
      welcomed();
      void ask();
    });
    return made;
  }

  function condition(): RedisCondition {
    if (!alive) return 'away';
    if (refusal) return 'refusing';
    if (late.every(Boolean)) return 'slow';
    return gone.some(Boolean) ? 'emptied' : 'well';
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
    if (!asked.isReady) return;
    let isLate = false;
    const due = [overdue(pace.slow, () => (isLate = true)), overdue(pace.giveUp, giveUp)];
    const came = () => due.forEach((forget) => forget());
    answered = came;
    const answer = await signOf(asked).catch((error: unknown) => error);
    came();
    if (answer instanceof Error && !(answer instanceof ErrorReply)) return; // it broke, and says so itself, or was given up
    alive = true;
    refusal = answer instanceof ErrorReply ? answer : null;
    late = [late[1], isLate];
    gone = [gone[1], written && answer === null];
    written = !refusal;
    tell(refusal);
  }

  /** What was written before, where a key is written. */
  async function signOf(asked: RedisClient): Promise<unknown> {
    if (writes === undefined) return asked.ping();
    const [before] = await Promise.all([
      asked.set(writes, '', { expiration: { type: 'EX', value: KEPT }, GET: true }),
      asked.eval('return 1', { keys: [writes] }),
      asked.multi().get(writes).exec(),
      asked.sPublish(writes, ''),
    ]);
    return before;
  }

  function look(): void {
    if (spoilt) replace();
    void ask();
  }

  function giveUp(): void {
    replace();
    tell(new Error('Redis does not answer'));
  }

  function replace(): void {
    const given = client;
    [alive, spoilt, written] = [false, false, false];
    client = create();
    given.destroy();
    connect();
    for (const callback of replacements) callback();
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
      alive = false;
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
      client.destroy();
    },
  };
}
