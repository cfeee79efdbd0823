/** What operators ask: is it alive, is it ready, how does it do; and that the figures are not for everybody. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toRefusal } from '../../src/http/boundary.ts';
import { createHealth } from '../../src/observe/health.ts';
import { startApp, TEST_SECRET, type TestApp } from '../support/app.ts';
import { call } from '../support/client.ts';
import { freshDatabaseUrl } from '../support/database.ts';
import { newcomer } from '../support/people.ts';
import { openRaw } from '../support/raw-socket.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const SERVE = { JWT_SECRET: TEST_SECRET, RATE_LIMIT_PER_MINUTE: '0' };

it('RU5 however many ask whether a node is ready, the database is asked one question at a time', async () => {
  const waiting: PromiseWithResolvers<unknown[]>[] = [];
  const query = () => {
    const asked = Promise.withResolvers<unknown[]>();
    waiting.push(asked);
    return asked.promise;
  };
  const health = createHealth({ log: { query } } as never, { healthy: true } as never);
  const ask = () => Promise.all(Array.from({ length: 100 }, () => health.check()));
  const all = ask();
  expect(waiting).toHaveLength(1);
  waiting[0]!.resolve([]);
  expect((await all).every(({ database }) => database === 'up')).toBe(true);
  const later = ask();
  expect(waiting).toHaveLength(2);
  waiting[1]!.reject(new Error('gone'));
  expect((await later).every(({ database }) => database === 'down')).toBe(true);
});

it.each(['starting', 'running', 'draining'] as const)('NO1 only a node that is running is ready: %s', async (phase) => {
  const health = createHealth({ log: { query: async () => [] } } as never, { healthy: true } as never);
  expect(health.phase).toBe('starting');
  health.phase = phase;
  expect(await health.check()).toEqual({ ready: phase === 'running', phase, database: 'up', messenger: 'up' });
});

it.each([
  ['a connection that failed', '08006', 'unavailable'],
  ['a disk that is full', '53100', 'unavailable'],
  ['connections that are all taken', '53300', 'unavailable'],
  ['a database that is told to stop', '57P01', 'unavailable'],
  ['one that starts', '57P03', 'unavailable'],
  ['one that takes no writes', '25006', 'unavailable'],
  ['a socket that failed', 'ECONNRESET', 'unavailable'],
  ['one that was closed', 'EPIPE', 'unavailable'],
  ['one that was never answered', 'ETIMEDOUT', 'unavailable'],
  ['a name that nobody knows just now', 'ENOTFOUND', 'unavailable'],
  ['a statement of ours that was wrong', '42601', 'internal'],
  ['a key that was there', '23505', 'internal'],
])('RU5 %s (%s) is a database that is away, or a fault: %s', (_, code, expected) => {
  expect(toRefusal(Object.assign(new Error('it failed'), { code })).code).toBe(expected);
});

it.each([
  ['Connection terminated unexpectedly', 'unavailable'],
  ['Client has encountered a connection error and is not queryable', 'unavailable'],
  ['Cannot use a pool after calling end on the pool', 'unavailable'],
  ['timeout exceeded when trying to connect', 'unavailable'],
  ['Query read timeout', 'unavailable'],
  ['a timeout of ours', 'internal'],
])('RU5 what the driver says without a code, "%s", is a database that is away, or a fault: %s', (message, expected) => {
  expect(toRefusal(new Error(message)).code).toBe(expected);
});

it('NO1 a node that stops says so, lets nobody in any more, and closes its sockets one after the other', async () => {
  const app = await startApp();
  const url = `${app.url.replace('http', 'ws')}/ws`;
  const sockets = Array.from({ length: 8 }, () => openRaw(url));
  await Promise.all(sockets.map(({ opened }) => opened));
  const [first, last] = [sockets[0]!, sockets.at(-1)!];
  const lastAtFirstClose = first.closed.then(() => last.ws.readyState); // looked at then, however long the rest takes
  const stopped = app.stop();
  expect(await call(app.url, 'GET', '/readyz')).toMatchObject({
    status: 503,
    body: { ready: false, phase: 'draining', database: 'up' },
  });
  await expect(openRaw(url).opened).rejects.toThrow('503');
  expect((await first.closed).code).toBe(1012);
  expect(await lastAtFirstClose).toBe(WebSocket.OPEN);
  expect((await last.closed).code).toBe(1012);
  await stopped;
});

describe('RU5 a node whose database goes away and comes back', () => {
  let app: TestApp;
  let proxy: TcpProxy;

  beforeAll(async () => {
    const url = await freshDatabaseUrl();
    proxy = await startTcpProxy(url);
    app = await startApp({ mode: 'serve', environment: { ...SERVE, DATABASE_URL: proxy.through(url) } });
  });
  afterAll(async () => {
    await app.stop();
    await proxy.stop();
  });

  it('is ready, then alive but not ready, then ready again', async () => {
    expect(await call(app.url, 'GET', '/readyz')).toMatchObject({
      status: 200,
      body: { ready: true, phase: 'running', database: 'up', messenger: 'up' },
    });
    await proxy.cut();
    expect(await call(app.url, 'GET', '/readyz')).toMatchObject({
      status: 503,
      body: { ready: false, database: 'down' },
    });
    expect(await call(app.url, 'GET', '/livez')).toMatchObject({ status: 200, body: { alive: true } });
    await proxy.mend();
    expect(await call(app.url, 'GET', '/readyz')).toMatchObject({ status: 200, body: { ready: true } });
  });

  it('CO8 NO5 answers everybody 503 meanwhile, telling nothing of the inside', async () => {
    const person = await newcomer(app);
    await proxy.cut();
    const { status, body } = await person.call('GET', '/me');
    await proxy.mend();
    expect([status, body.code, body.message]).toEqual([503, 'unavailable', 'The service is not available right now']);
    expect(JSON.stringify(body)).not.toMatch(/ECONN|127\.0\.0\.1|postgres/i);
    expect((await person.call('GET', '/me')).status).toBe(200);
  });

  it('serves on, however often that happens: no connection is lost to the pool', async () => {
    const person = await newcomer(app);
    for (let count = 0; count < 15; count += 1) {
      await Promise.all([person.call('GET', '/me'), person.call('GET', '/me')]);
      await proxy.cut();
      expect((await person.call('GET', '/me')).status).toBe(503);
      await proxy.mend();
    }
    expect((await person.call('POST', '/api/workspaces', { body: { name: 'Still there' } })).status).toBe(201);
  });
});

describe('RU6 /metrics', () => {
  it('in development is open, in the form of Prometheus, and counts requests by operation', async () => {
    const app = await startApp();
    try {
      const began = performance.now();
      await call(app.url, 'GET', '/livez');
      const passed = (performance.now() - began) / 1000;
      const { headers, body } = await call(app.url, 'GET', '/metrics');
      expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
      expect(body).toMatch(/roundtable_http_request_duration_seconds_count\{operation="isAlive",status="200"\} 1\n/);
      const lasted = /roundtable_http_request_duration_seconds_sum\{operation="isAlive",status="200"\} (\S+)\n/.exec(
        body,
      );
      expect(Number(lasted![1])).toBeGreaterThan(0);
      expect(Number(lasted![1])).toBeLessThan(passed);
      expect(body).toContain('# TYPE roundtable_membership_operations_total counter');
    } finally {
      await app.stop();
    }
  });

  it('in production answers the loopback only: also where a proxy stands in front, and whatever it says of itself', async () => {
    const app = await startApp({ mode: 'serve', environment: { ...SERVE, TRUST_PROXY: '1' } });
    try {
      expect((await call(app.url, 'GET', '/metrics')).status).toBe(200);
      for (const seen of ['203.0.113.7', '127.0.0.1, 203.0.113.7', '10.0.0.1', 'localhost']) {
        const refused = await call(app.url, 'GET', '/metrics', { headers: { 'x-forwarded-for': seen } });
        expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      }
    } finally {
      await app.stop();
    }
  });

  it('with METRICS_TOKEN answers whoever has it, and nobody else', async () => {
    const app = await startApp({ mode: 'serve', environment: { ...SERVE, METRICS_TOKEN: 'for prometheus' } });
    const metrics = (authorization?: string) =>
      call(app.url, 'GET', '/metrics', { headers: authorization === undefined ? {} : { authorization } });
    try {
      expect((await metrics('Bearer for prometheus')).status).toBe(200);
      for (const wrong of [
        undefined,
        '',
        'Bearer',
        'Bearer for',
        'Bearer for prometheuS',
        'Basic for prometheus',
        'for prometheus',
        'Bearer for prometheus ',
      ]) {
        const refused = await metrics(wrong);
        expect([wrong, refused.status, refused.headers.get('www-authenticate')]).toEqual([
          wrong,
          wrong === 'Bearer for prometheus ' ? 200 : 401,
          wrong === 'Bearer for prometheus ' ? null : 'Bearer',
        ]);
      }
    } finally {
      await app.stop();
    }
  });
});
