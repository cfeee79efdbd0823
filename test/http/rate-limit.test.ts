/** RATE_LIMIT_PER_MINUTE: so many REST requests per person, or per address where nobody is known; 0 switches it off. */
import type { Context } from 'koa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLimits } from '../../src/http/limits.ts';
import type { Actor } from '../../src/identity/person.ts';
import { startApp, TEST_SECRET, type TestApp } from '../support/app.ts';
import { call, clientOf } from '../support/client.ts';
import { newcomer } from '../support/people.ts';
import { auditOf } from '../support/rows.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({
    mode: 'serve',
    environment: { JWT_SECRET: TEST_SECRET, RATE_LIMIT_PER_MINUTE: '5', TRUST_PROXY: '1' },
  });
});
afterAll(() => app.stop());

/** The statuses of so many calls, one after the other. */
async function statuses(count: number, ask: () => Promise<{ status: number }>): Promise<number[]> {
  const seen: number[] = [];
  for (let index = 0; index < count; index += 1) seen.push((await ask()).status);
  return seen;
}

describe('CO9 a person', () => {
  it('has so many requests a minute; then 429 with Retry-After, and others are not concerned', async () => {
    const [busy, calm] = [clientOf(app.url, 'busy@firm.example'), clientOf(app.url, 'calm@firm.example')];
    expect(await statuses(6, () => busy.call('GET', '/me'))).toEqual([200, 200, 200, 200, 200, 429]);
    const refused = await busy.call('GET', '/api/workspaces');
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited', error: 'Zbyt wiele żądań' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect((await calm.call('GET', '/me')).status).toBe(200);
  });

  it('is told of whole seconds, after which there is something left', async () => {
    for (const [resetsIn, seconds] of [
      [0, 1],
      [400, 1],
      [1001, 2],
    ]) {
      const spent = async () => ({ used: 6, resetsIn: resetsIn! });
      const { ofPerson } = createLimits(5, () => ({ spend: spent, look: spent }));
      const refused = ofPerson({ set() {} } as unknown as Context, { id: 'busy' } as Actor);
      await expect(refused).rejects.toMatchObject({ code: 'rate_limited', details: { retryAfter: seconds } });
    }
  });

  it('is told how many are left', async () => {
    const { headers } = await clientOf(app.url, 'counting@firm.example').call('GET', '/me');
    expect(headers.get('ratelimit-policy')).toBe('"requests";q=5;w=60');
    expect(headers.get('ratelimit')).toMatch(/^"requests";r=4;t=\d+$/);
  });

  it('is told that none are left, never fewer', async () => {
    const much = clientOf(app.url, 'much@firm.example');
    await statuses(6, () => much.call('GET', '/me'));
    expect((await much.call('GET', '/me')).headers.get('ratelimit')).toMatch(/^"requests";r=0;t=\d+$/);
  });

  it('cannot exceed it by asking at once', async () => {
    const busy = clientOf(app.url, 'at-once@firm.example');
    const answers = await Promise.all(Array.from({ length: 20 }, () => busy.call('GET', '/me')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
  });

  it('asks GraphQL for no more of it: each field counts, in a batch and under another name too', async () => {
    const asking = (email: string, body: unknown) => clientOf(app.url, email).call('POST', '/graphql', { body });
    const left = ({ headers }: { headers: Headers }) => Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);
    expect(left(await asking('one@firm.example', { query: '{ me { id } me { email } }' }))).toBe(4);
    expect(left(await asking('three@firm.example', { query: '{ a: me { id } b: me { id } me { id } }' }))).toBe(2);
    const spread = { query: 'query { ...a } fragment a on Query { me { id } groups { id } }' };
    expect(left(await asking('batch@firm.example', [spread, spread]))).toBe(1);
    const six = { query: `{ ${[1, 2, 3, 4, 5, 6].map((index) => `a${index}: me { id }`).join(' ')} }` };
    expect(await asking('six@firm.example', six)).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
  });

  it('MB5 leaves an audit row for what was refused for this reason too', async () => {
    const busy = clientOf(app.url, 'audited@firm.example');
    await statuses(5, () => busy.call('GET', '/me'));
    const refused = await busy.call('POST', '/api/workspaces', { body: { name: 'x' } });
    expect(await auditOf(app.database, refused.body.request_id)).toMatchObject([
      { action: 'workspace.create', outcome: 'rate_limited' },
    ]);
  });

  it('MB5 leaves one for each change that GraphQL was asked for, if it is their number', async () => {
    const add = (index: number) => `a${index}: addGroupMember(groupId: "g", userId: "u${index}") { userId }`;
    const changes = { query: `mutation { ${[1, 2, 3].map(add).join(' ')} }` };
    const busy = clientOf(app.url, 'changes@firm.example');
    const refused = await busy.call('POST', '/graphql', { body: [changes, changes] });
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    const rows = await auditOf(app.database, refused.body.request_id);
    const tried = { action: 'group.member.add', container: 'group:g', outcome: 'rate_limited' };
    expect(rows.map(({ subject }) => subject).sort()).toEqual(['u1', 'u1', 'u2', 'u2', 'u3', 'u3']);
    for (const row of rows) expect(row).toMatchObject(tried);
  });
});

describe('CO9 an address', () => {
  const from = (address: string, headers: Record<string, string> = {}) => ({
    headers: { 'x-forwarded-for': address, ...headers },
  });

  it('without a token has so many', async () => {
    expect(await statuses(6, () => call(app.url, 'GET', '/openapi.json', from('203.0.113.1')))).toEqual([
      200, 200, 200, 200, 200, 429,
    ]);
    expect((await call(app.url, 'GET', '/openapi.json', from('203.0.113.2'))).status).toBe(200);
  });

  it.each(['/livez', '/readyz'])('asks as often as it likes whether the node is well: %s', async (path) => {
    const asked = await statuses(6, () => call(app.url, 'GET', path, from('203.0.113.5')));
    expect(asked).toEqual([200, 200, 200, 200, 200, 200]);
  });

  it('is not counted where a machine reads the figures every second', async () => {
    const asked = await statuses(6, () => call(app.url, 'GET', '/metrics', from('127.0.0.1')));
    expect(asked).toEqual([200, 200, 200, 200, 200, 200]);
  });

  it('with tokens that do not hold has no more', async () => {
    const guess = () => call(app.url, 'GET', '/me', from('203.0.113.3', { authorization: `Bearer ${Math.random()}` }));
    expect(await statuses(6, guess)).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('is the one that the trusted proxy names, not one that the caller makes up before it', async () => {
    let made = 0;
    const ask = () => call(app.url, 'GET', '/openapi.json', from(`198.51.100.${(made += 1)}, 203.0.113.4`));
    expect(await statuses(6, ask)).toEqual([200, 200, 200, 200, 200, 429]);
  });
});

it('CO9 is off in development unless it is asked for', async () => {
  const open = await startApp();
  try {
    const person = await newcomer(open);
    const answers = await Promise.all(Array.from({ length: 100 }, () => person.call('GET', '/me')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(answers[0]!.headers.get('ratelimit')).toBeNull();
  } finally {
    await open.stop();
  }
});
