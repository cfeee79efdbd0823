/** Everything that is started is stopped: no timer, socket or connection is left, and the process ends by itself. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { openDatabase } from '../src/database/database.ts';
import { startApp, TEST_SECRET } from './support/app.ts';
import { call } from './support/client.ts';
import { freshDatabaseUrl, waitingIn } from './support/database.ts';
import { endedWithUs } from './support/ended-with-us.ts';
import { eventually, within } from './support/patience.ts';
import { newcomer, personOf } from './support/people.ts';

const SCRIPT = new URL('./support/start-and-stop.ts', import.meta.url).pathname;

/** How a process came out that starts and stops an app with this environment; one that does not end by itself is killed. */
async function startAndStop(environment: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const spawned = spawn(process.execPath, [SCRIPT], {
    env: { PATH: process.env.PATH, JWT_SECRET: TEST_SECRET, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const child = endedWithUs(spawned);
  const deadline = setTimeout(() => child.kill('SIGKILL'), within(60_000));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  clearTimeout(deadline);
  return { code: child.exitCode, output };
}

describe('RU7 after stop() nothing is left, and the process ends by itself', () => {
  it('on PostgreSQL', async () => {
    expect(await startAndStop({ DATABASE_URL: await freshDatabaseUrl() })).toEqual({ code: 0, output: 'left: \n' });
  });

  it('on PostgreSQL and Redis', async () => {
    expect(await startAndStop({ DATABASE_URL: await freshDatabaseUrl(), REDIS_URL: inject('redisUrl') })).toEqual({
      code: 0,
      output: 'left: \n',
    });
  });

  it('on the embedded database', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'roundtable-app-'));
    expect(await startAndStop({ DATA_DIR: folder })).toEqual({ code: 0, output: 'left: \n' });
    await rm(folder, { recursive: true });
  });
});

it('RU7 lets a request that is under way finish, and takes no new one', async () => {
  const DATABASE_URL = await freshDatabaseUrl();
  const [app, aside] = [await startApp({ environment: { DATABASE_URL } }), await openDatabase({ url: DATABASE_URL })];
  const person = await newcomer(app);
  let stopped: Promise<void>;
  let waiting: Promise<{ status: number }>;
  await aside.log.transaction(async ({ query }) => {
    await query('lock table workspace in access exclusive mode');
    waiting = person.call('POST', '/api/workspaces', { body: { name: 'Just in time' } });
    await eventually(async () => expect(await waitingIn(aside.content)).toBeGreaterThan(0));
    stopped = app.stop();
  });
  expect((await waiting!).status).toBe(201);
  await stopped!;
  await expect(call(app.url, 'GET', '/livez')).rejects.toThrow();
  await aside.close();
});

it('RU7 a client whose upgrade was refused, and that does not hang up, holds nothing up', async () => {
  const app = await startApp();
  const { hostname, port } = new URL(app.url);
  const client = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  client.write('GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  const [answer] = (await once(client, 'data')) as [Buffer];
  expect(answer.toString()).toContain('404');
  let stopped = false;
  const stopping = app.stop().then(() => (stopped = true));
  await eventually(() => expect(stopped).toBe(true)).finally(() => client.destroy());
  await stopping;
});

it('two apps in one process do not share figures or people', async () => {
  const [one, other] = [await startApp(), await startApp()];
  const [here, there] = [await personOf(one, 'here@firm.example'), await personOf(other, 'there@firm.example')];
  expect((await there.call('GET', `/people?email=${here.email}`)).status).toBe(404);
  const counted = /count\{operation="getMe",status="200"\} (\d+)/;
  await here.call('GET', '/me');
  const figures = [one, other].map(async ({ url }) => counted.exec((await call(url, 'GET', '/metrics')).body)?.[1]);
  expect(await Promise.all(figures)).toEqual(['2', '1']);
  await Promise.all([one.stop(), other.stop()]);
});
