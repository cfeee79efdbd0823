/** NO2: what a connection to Redis makes of its signs of life, asked of a Redis that answers them as a test wants. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import {
  createRedisConnection,
  pauseBefore,
  type RedisCondition,
  type RedisConnectionOptions,
} from '../../src/cluster/redis-connection.ts';
import { eventually, pause, within } from '../support/patience.ts';

/** What is told of the key that was written, or what becomes of the connection when it is asked for. */
type Sign = 'kept' | 'missing' | 'refused' | 'late' | 'never' | 'broken';

/** To all else. */
const OTHERS: Readonly<Record<string, string>> = { HELLO: '%0\r\n', EXEC: '*1\r\n_\r\n' };
const ANSWERS = { kept: '$0\r\n\r\n', missing: '_\r\n', refused: '-OOM it is full\r\n', late: '$0\r\n\r\n' };
const PACE = { ask: 30, slow: 100, giveUp: 300 };
/** Later than slow, and before the next sign is asked for. */
const LATE = 200;
const KEY = 'roundtable:alive';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** A Redis that gives these signs one after the other, and then good ones. */
async function redisThat(...signs: Sign[]) {
  const asked: string[][] = [];
  const sockets = new Set<Socket>();
  const listener = (socket: Socket) => {
    let last = Promise.resolve();
    let silent = false;
    const sign = async (next: Sign) => {
      if (next === 'broken') return void socket.destroy();
      if (next === 'never') silent = true;
      if (next === 'late') await pause(LATE);
      if (next !== 'never') socket.write(ANSWERS[next]);
    };
    sockets.add(socket.on('error', () => {}));
    socket.on('data', (chunk) => {
      for (const command of commandsIn(chunk.toString())) {
        if (silent) return;
        if (command[0] === 'SET') asked.push(command);
        last = last.then(async () => {
          if (command[0] === 'SET') await sign(signs.shift() ?? 'kept');
          else if (!silent && !socket.destroyed) socket.write(OTHERS[command[0]!] ?? '+OK\r\n');
        });
      }
    });
  };
  const server = createServer({ noDelay: true }, listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    for (const socket of sockets) socket.resetAndDestroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  stops.push(stop);
  return {
    url: `redis://127.0.0.1:${port}`,
    asked,
    stop,
    start: () => once(server.listen(port, '127.0.0.1'), 'listening'),
    /** Waits until all signs were given, and two more. */
    over: () =>
      eventually(() => {
        if (signs.length > 0 || asked.length < 2) throw new Error('signs are left');
      }).then(() => {
        const until = asked.length + 3;
        return eventually(() => expect(asked.length).toBeGreaterThanOrEqual(until));
      }),
  };
}

/** The commands of a piece, each as its words. */
function commandsIn(text: string): string[][] {
  const commands: string[][] = [];
  const lines = text.split('\r\n');
  for (let at = 0; lines[at]?.startsWith('*');) {
    const words = Number(lines[at]!.slice(1));
    commands.push(Array.from({ length: words }, (_, word) => lines[at + 2 + 2 * word]!));
    at += 1 + 2 * words;
  }
  return commands;
}

function connect(url: string, options: Partial<RedisConnectionOptions> = {}) {
  const conditions: RedisCondition[] = [];
  const onCondition = (condition: RedisCondition) => void conditions.push(condition);
  const made = createRedisConnection({ url, waits: false, writes: KEY, pace: PACE, onCondition, ...options });
  stops.push(made.stop);
  return Object.assign(made, { conditions });
}

it.each<[string, Sign[], RedisCondition[]]>([
  ['there', [], []],
  ['slow if two signs of life are late, and not before', ['late', 'kept', 'kept', 'late', 'late'], ['slow', 'well']],
  ['emptied until two signs after', ['missing', 'kept', 'missing', 'kept'], ['emptied', 'well']],
  ['refusing as long as it refuses, and not emptied after it', ['refused', 'missing'], ['refusing', 'well']],
  ['away when it breaks off, and not emptied when it is back', ['broken', 'missing'], ['away', 'well']],
  ['away when it stands still, and not emptied when it is back', ['never', 'missing'], ['away', 'well']],
])('NO2 a Redis is %s', async (_, signs, conditions) => {
  const redis = await redisThat('missing', ...signs);
  const connection = connect(redis.url, { pace: { ...PACE, ask: signs.includes('late') ? 2 * LATE : PACE.ask } });
  let arrivals = 0;
  connection.onReady(() => (arrivals += 1));
  await connection.start();
  await redis.over();
  expect(connection.conditions).toEqual(['well', ...conditions]);
  expect(arrivals).toBe(conditions.includes('away') ? 2 : 1);
});

it('NO2 why a Redis does not do well is told with it', async () => {
  const redis = await redisThat('missing', 'refused', 'never');
  const told: string[] = [];
  const onCondition = (condition: RedisCondition, error: unknown) =>
    told.push(error instanceof Error ? `${condition}: ${error.message}` : condition);
  await connect(redis.url, { onCondition, pace: { ...PACE, slow: PACE.giveUp } }).start();
  await redis.over();
  expect(told).toEqual(['well', 'refusing: OOM it is full', 'away: Redis does not answer', 'well']);
});

it('NO2 a connection that has come about is asked at once, and not at the next time', async () => {
  const redis = await redisThat();
  const connection = connect(redis.url, { pace: { ...PACE, ask: 60_000 } });
  await connection.start();
  expect(connection.condition).toBe('well');
});

it('NO2 the sign of life is a key that is kept for a minute', async () => {
  const redis = await redisThat();
  await connect(redis.url).start();
  await redis.over();
  expect(new Set(redis.asked.map((words) => words.join(' ')))).toEqual(new Set([`SET ${KEY}  EX 60 GET`]));
});

it.each([true, false])(
  'NO2 a connection that broke is made again by the library, in its own time, and is no other (waits: %s)',
  async (waits) => {
    const redis = await redisThat();
    const connection = connect(redis.url, { waits });
    const replaced = vi.fn<() => void>();
    connection.onReplaced(replaced);
    await connection.start();
    expect(connection.client.options?.socket?.reconnectStrategy).toBe(pauseBefore);
    await redis.stop();
    await eventually(() => expect(connection.condition).toBe('away'));
    await pause(2 * PACE.giveUp); // nobody is asked, so nobody owes an answer
    await redis.start();
    await eventually(() => expect(connection.condition).toBe('well'));
    expect(replaced).not.toHaveBeenCalled();
  },
);

it('NO2 a sign of life that was not sent yet when the connection broke is owed by nobody', async () => {
  const redis = await redisThat();
  const connection = connect(redis.url, { waits: true });
  const replaced = vi.fn<() => void>();
  connection.onReplaced(replaced);
  await connection.start();
  await new Promise((resolve) => setImmediate(resolve)); // what comes next are timers, and only then the network
  const stopped = redis.stop();
  for (const from = performance.now(); performance.now() - from < 2 * PACE.ask;); // the next sign is due
  await stopped;
  await pause(2 * PACE.giveUp);
  await redis.start();
  await eventually(() => expect(connection.condition).toBe('well'));
  expect(replaced).not.toHaveBeenCalled();
});

it('NO2 what is in doubt is away until the next sign of life', async () => {
  const redis = await redisThat();
  const connection = connect(redis.url);
  await connection.start();
  connection.doubt();
  expect(connection.condition).toBe('away');
  await eventually(() => expect(connection.condition).toBe('well'));
});

it('NO2 a node that starts waits two seconds for Redis, and no longer', async () => {
  const redis = await redisThat();
  await redis.stop();
  const before = performance.now();
  await connect(redis.url).start();
  expect(performance.now() - before).toBeGreaterThan(1900);
  expect(performance.now() - before).toBeLessThan(within(4000));
});

it('NO2 the pauses between attempts to reach Redis grow, and none is longer than a second', () => {
  const pauses = Array.from({ length: 12 }, (_, retries) => pauseBefore(retries));
  expect(pauses.slice(0, 6)).toEqual([25, 50, 100, 200, 400, 800]);
  expect(new Set([...pauses.slice(6), pauseBefore(100_000)])).toEqual(new Set([1000]));
});
