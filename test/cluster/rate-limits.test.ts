/** CO9 on two nodes: requests are counted together over Redis, by each node for itself while Redis is away, and together again. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, TEST_SECRET, type TestApp } from '../support/app.ts';
import { call, clientOf, type Answered } from '../support/client.ts';
import { freshDatabaseUrl } from '../support/database.ts';
import { eventually } from '../support/patience.ts';
import { createRedis, type RedisProcess } from '../support/redis-process.ts';

const PER_MINUTE = 4;
const SERVED = Array.from({ length: PER_MINUTE }, () => 200);

let redis: RedisProcess;
let apps: TestApp[];
let met = 0;

beforeAll(async () => {
  redis = await createRedis();
  const environment = {
    DATABASE_URL: await freshDatabaseUrl(),
    REDIS_URL: redis.url,
    JWT_SECRET: TEST_SECRET,
    RATE_LIMIT_PER_MINUTE: String(PER_MINUTE),
    TRUST_PROXY: '1',
  };
  apps = [];
  for (let count = 0; count < 2; count += 1) apps.push(await startApp({ mode: 'serve', environment }));
});
afterAll(async () => {
  for (const app of apps) await app.stop();
  await redis.kill();
});

const messenger = (expected: 'up' | 'degraded') =>
  eventually(async () => {
    for (const { url } of apps)
      expect(await call(url, 'GET', '/readyz')).toMatchObject({ status: 200, body: { messenger: expected } });
  });

type Ask = (app: TestApp) => Promise<Answered>;

/** Somebody, and an address with nobody known behind it, whom no test has counted before. */
const callers: [string, () => Ask][] = [
  [
    'a person',
    () => {
      met += 1;
      const { token } = clientOf('', `person-${met}@firm.example`);
      return ({ url }) => call(url, 'GET', '/me', { headers: { authorization: `Bearer ${token}` } });
    },
  ],
  [
    'an address',
    () => {
      met += 1;
      const headers = { 'x-forwarded-for': `203.0.113.${met}` };
      return ({ url }) => call(url, 'GET', '/openapi.json', { headers });
    },
  ],
];

/** So many requests, by turns on the nodes given. */
async function asked(ask: Ask, nodes: readonly TestApp[], count: number): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (let index = 0; index < count; index += 1) answers.push(await ask(nodes[index % nodes.length]!));
  return answers;
}

const statuses = (answers: readonly Answered[]) => answers.map(({ status }) => status);
const left = (answers: readonly Answered[]) =>
  answers.map(({ headers }) => Number(/^"requests";r=(\d+);t=\d+$/.exec(headers.get('ratelimit')!)![1]));

/** Is told when to come back, within the minute. */
function refused({ status, headers, body }: Answered): void {
  expect({ status, code: body.code }).toEqual({ status: 429, code: 'rate_limited' });
  expect(headers.get('ratelimit')).toMatch(/^"requests";r=0;t=\d+$/);
  expect(headers.get('ratelimit-policy')).toBe(`"requests";q=${PER_MINUTE};w=60`);
  const seconds = Number(headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
}

async function countedTogether(ask: Ask): Promise<void> {
  const answers = await asked(ask, apps, PER_MINUTE);
  expect(statuses(answers)).toEqual(SERVED);
  expect(left(answers)).toEqual([3, 2, 1, 0]);
  for (const app of apps) refused(await ask(app));
}

async function countedByEach(ask: Ask): Promise<void> {
  for (const app of apps) {
    const answers = await asked(ask, [app], PER_MINUTE);
    expect(statuses(answers)).toEqual(SERVED);
    expect(left(answers)).toEqual([3, 2, 1, 0]);
    refused(await ask(app));
  }
}

it.each(callers)('CO9 %s has so many requests a minute on both nodes together', (_, caller) =>
  countedTogether(caller()),
);

it('CO9 when Redis is flushed the minute begins anew, together', async () => {
  for (const [, caller] of callers) {
    const ask = caller();
    await countedTogether(ask);
    await redis.command('FLUSHALL');
    await countedTogether(ask);
  }
  await messenger('up');
});

it('CO9 while Redis is away each node counts for itself, and together again when it is back', async () => {
  await redis.kill();
  await messenger('degraded');
  for (const [, caller] of callers) await countedByEach(caller());
  await redis.start();
  await messenger('up');
  for (const [, caller] of callers) await countedTogether(caller());
});

it('CO9 while Redis is full each node counts for itself, says so, and together again when there is room', async () => {
  await redis.command('CONFIG', 'SET', 'maxmemory', '1');
  await messenger('degraded');
  for (const [, caller] of callers) await countedByEach(caller());
  await redis.command('CONFIG', 'SET', 'maxmemory', '0');
  await messenger('up');
  for (const [, caller] of callers) await countedTogether(caller());
});
