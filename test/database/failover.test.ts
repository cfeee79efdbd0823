/** After a failover: servers that take no writes, which the database's name leads to for a while. */
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, inject, it, vi } from 'vitest';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { leaveReadOnlyServers } from '../../src/database/read-only-servers.ts';
import { startApp } from '../support/app.ts';
import { call } from '../support/client.ts';
import { freshDatabaseUrl } from '../support/database.ts';
import { eventually } from '../support/patience.ts';
import { newcomer } from '../support/people.ts';

let url: string;
let admin: Database;
beforeEach(async () => {
  url = await freshDatabaseUrl();
  admin = await openDatabase({ url: `${inject('postgresUrl')}/postgres` });
});
afterEach(() => admin.close());

/** The name leads to a standby: what is connected breaks, and what is connected from now on may only read. */
const demote = async () => {
  const name = new URL(url).pathname.slice(1);
  await admin.log.query(`alter database ${name} set default_transaction_read_only = on`);
  await admin.log.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [name]);
};
/** The name leads to a primary: what is connected from now on may write. */
const promote = () =>
  admin.log.query(`alter database ${new URL(url).pathname.slice(1)} reset default_transaction_read_only`);

it('RU5 connections to a server that takes no writes are all given up with the first write that it refuses', async () => {
  await demote();
  const database = await openDatabase({ url });
  const write = `update deployment set id = id`;
  const [requests, log, content] = [
    (text: string) => database.asSystem((em) => em.execute(text)),
    (text: string) => database.log.query(text),
    (text: string) => database.content.transaction((sql) => sql.query(text)),
  ];
  /** Each on a connection of its own. */
  const many = (text: string) =>
    Promise.allSettled([
      ...Array.from({ length: 12 }, () => requests(text)),
      ...Array.from({ length: 6 }, () => log(text)),
      ...Array.from({ length: 6 }, () => content(text)),
    ]);
  const failures = (answers: PromiseSettledResult<unknown>[]) =>
    answers.flatMap((answer) => (answer.status === 'rejected' ? [String(answer.reason)] : []));

  expect(failures(await many('select pg_sleep(0.3)'))).toEqual([]);
  await promote();
  await expect(content(write)).rejects.toMatchObject({ code: '25006' });
  await admin.log.query('select 1'); // a turn or two of the event loop, in which the sockets close
  expect(failures(await many(write))).toEqual([]);
  await database.close();
});

it('RU5 nothing else that is refused ends a connection; who takes no writes is left at most once a second', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const pools = [new EventEmitter(), new EventEmitter()];
  leaveReadOnlyServers(pools);
  const connect = (pool: EventEmitter) => {
    const stream = Object.assign(new EventEmitter(), { destroy: vi.fn<() => void>() });
    const connection = Object.assign(new EventEmitter(), { stream });
    pool.emit('acquire', { connection });
    return connection;
  };
  const [gone, one, other] = [connect(pools[0]!), connect(pools[0]!), connect(pools[1]!)];
  gone.stream.emit('close');
  const refused = (code: string) => {
    one.emit('errorMessage', { code });
    return [gone, one, other].map(({ stream }) => stream.destroy.mock.calls.length);
  };
  expect(refused('23505')).toEqual([0, 0, 0]);
  expect(refused('25006')).toEqual([0, 1, 1]);
  vi.advanceTimersByTime(999);
  expect(refused('25006')).toEqual([0, 1, 1]);
  vi.advanceTimersByTime(1);
  expect(refused('25006')).toEqual([0, 2, 2]);
  vi.useRealTimers();
});

it('RU5 a node is not ready while its database takes no writes, and serves on when it does', async () => {
  const app = await startApp({ mode: 'serve', environment: { DATABASE_URL: url } });
  const person = await newcomer(app);
  const write = async () => (await person.call('POST', '/api/workspaces', { body: { name: 'W' } })).status;
  await demote();
  await eventually(async () => {
    await write();
    expect(await call(app.url, 'GET', '/readyz')).toMatchObject({ status: 503, body: { database: 'down' } });
  });
  expect(await write()).toBe(503);
  await promote();
  // Nobody writes but the node itself, for its lease.
  await eventually(async () => expect((await call(app.url, 'GET', '/readyz')).body.ready).toBe(true));
  await eventually(async () => expect(await write()).toBe(201));
  await app.stop();
});
