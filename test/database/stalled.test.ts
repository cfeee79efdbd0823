/** A database that has stopped answering, without breaking anything: whoever asks it is told so in bounded time. And one whom somebody else has stopped asking. */
import { EventEmitter } from 'node:events';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { bringBackConnections } from '../../src/database/held-connections.ts';
import { createSilentConnections } from '../../src/database/silent-connections.ts';
import { toRefusal } from '../../src/http/boundary.ts';
import { freshDatabaseUrl } from '../support/database.ts';
import { eventually, pause, within } from '../support/patience.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const PATIENCE = { acquire: 1000, hold: 1500, log: 500 };
/** As many as the pool has connections, and as many again. */
const ASKING = 24;

let url: string;
let proxy: TcpProxy;
let database: Database;

beforeAll(async () => {
  url = await freshDatabaseUrl();
  proxy = await startTcpProxy(url);
  database = await openDatabase({ url: proxy.through(url) }, PATIENCE);
});
afterAll(async () => {
  await proxy.mend();
  await database.close();
  await proxy.stop();
});

const ask = () => database.asSystem((em) => em.execute('select 1'));
/** How each of so many questions came out. */
const askMany = async (): Promise<string[]> => {
  const answers = await Promise.allSettled(Array.from({ length: ASKING }, ask));
  return answers.map((answer) => (answer.status === 'fulfilled' ? 'answered' : toRefusal(answer.reason).code));
};

/** A slow machine may need several attempts to open so many connections. */
const serves = () => eventually(async () => expect(new Set(await askMany())).toEqual(new Set(['answered'])));

it('RU5 nobody waits for it for ever, whether they hold a connection or wait for one; and then it serves on', async () => {
  await serves();
  proxy.pause();
  expect(new Set(await askMany())).toEqual(new Set(['unavailable']));
  await proxy.mend();
  await serves();
});

it('RU5 a transaction that waits too long for a lock lets go of its connection', async () => {
  await database.log.transaction(async (sql) => {
    await sql.query('lock table workspace in access exclusive mode');
    const waiting = database.asSystem((em) => em.execute('select count(*) from workspace'));
    await expect(waiting).rejects.toSatisfy((error) => toRefusal(error).code === 'unavailable');
  });
  await serves();
});

it('RU5 nobody is cut off because of who held their connection before: each has the whole time', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const [pool, destroy] = [new EventEmitter(), vi.fn<() => void>()];
  bringBackConnections(pool, 1000);
  const client = Object.assign(new EventEmitter(), { connection: { stream: { destroy } }, release() {} });
  for (let times = 0; times < 20; times += 1) {
    pool.emit('acquire', client);
    vi.advanceTimersByTime(999);
    pool.emit('release', undefined, client);
  }
  expect(destroy).not.toHaveBeenCalled();
  expect(client.listenerCount('end')).toBe(1);
  pool.emit('acquire', client);
  vi.advanceTimersByTime(1000);
  expect(destroy).toHaveBeenCalledTimes(1);
  vi.useRealTimers();
});

it('RU5 connections that died without a word are all found by the first question that stays unanswered', async () => {
  await serves();
  await Promise.all([1, 2, 3].map(() => database.content.query('select pg_sleep(0.05)')));
  await database.log.query('select 1');
  proxy.halfOpen();
  await expect(database.log.query('select 1')).rejects.toThrow();
  // Who has more patience would find out in a minute by itself.
  const begun = performance.now();
  await eventually(() => database.content.query('select 1'));
  await serves();
  expect(performance.now() - begun).toBeLessThan(within(10_000));
});

it('RU5 a question that stays unanswered ends no connection that was heard of since, nor one that is gone', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const [pool, silent] = [new EventEmitter(), createSilentConnections()];
  silent.watch(pool);
  const connect = () => {
    const stream = Object.assign(new EventEmitter(), { destroy: vi.fn<() => void>() });
    pool.emit('acquire', { connection: { stream } });
    return stream;
  };
  const [gone, mute, heard] = [connect(), connect(), connect()];
  vi.advanceTimersByTime(1);
  const asked = performance.now();
  gone.emit('close');
  heard.emit('data');
  const made = connect();
  silent.unanswered(asked);
  expect([gone, mute, heard, made].map(({ destroy }) => destroy.mock.calls.length)).toEqual([0, 1, 0, 0]);
  vi.useRealTimers();
});

it('NO1 who stands still in the middle of a transaction keeps its locks only for a moment, and finds it undone', async () => {
  const direct = await openDatabase({ url });
  const lock = `select id from deployment for update`;
  const going = Promise.withResolvers<void>();
  const { promise: locked, resolve: begin } = Promise.withResolvers<void>();
  const still = openDatabase({ url: proxy.through(url) }).then(async (own) => {
    const work = own.asSystem(async (em) => {
      await em.execute(lock);
      begin();
      await going.promise;
      await em.execute(lock);
    });
    await expect(work).rejects.toThrow();
    await own.asSystem((em) => em.execute(lock)); // and goes on
    await own.close();
  });
  try {
    await locked;
    proxy.pause();
    await eventually(() => direct.asSystem((em) => em.execute(lock)));
    await proxy.mend();
    await pause(50);
    going.resolve();
    await still;
  } finally {
    await direct.close();
  }
});

it.each(['log', 'content'] as const)(
  'NO1 nor on the connections for the %s, where statements may be large, for longer than ten seconds',
  async (way) => {
    const [row] = await database[way].query(`select current_setting('idle_in_transaction_session_timeout') as longest`);
    expect(row).toEqual({ longest: '10s' });
  },
);
