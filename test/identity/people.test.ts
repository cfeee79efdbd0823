/** /me, /people and /dev/login: the four spellings of one person, and how little a stranger finds out. */
import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryAllowances } from '../../src/cluster/allowances.ts';
import { createLimits } from '../../src/http/limits.ts';
import type { Actor } from '../../src/identity/person.ts';
import { Refusal } from '../../src/refusal.ts';
import { startApp, TEST_SECRET, type TestApp } from '../support/app.ts';
import { call } from '../support/client.ts';
import { freshDatabaseUrl } from '../support/database.ts';
import { newcomer } from '../support/people.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

describe('GET /me', () => {
  it('gives the one person in four spellings, of which the ULID has the bits of the id', async () => {
    const person = await newcomer(app, { name: 'Ida Rhodes' });
    const { body } = await person.call('GET', '/me');
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      ulid: expect.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
      number: expect.any(Number),
      email: person.email,
      username: person.email.split('@')[0],
      full_name: 'Ida Rhodes',
      avatar_url: null,
      platform_admin: false,
    });
    expect(Number.isInteger(body.number) && body.number > 0).toBe(true);
    const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    const bits = [...(body.ulid as string)].reduce((sum, letter) => sum * 32n + BigInt(alphabet.indexOf(letter)), 0n);
    expect(bits).toBe(BigInt(`0x${body.id.replaceAll('-', '')}`));
  });

  it('ID5 gives different people different numbers, of which none tells of another', async () => {
    const people = await Promise.all(Array.from({ length: 12 }, () => newcomer(app)));
    const numbers = people.map(({ number }) => number).sort((a, b) => a - b);
    const gaps = numbers.slice(1).map((number, index) => number - numbers[index]!);
    expect(Math.min(...gaps)).toBeGreaterThan(0);
    expect(Math.max(...gaps)).toBeGreaterThan(1_000_000);
    expect(numbers.at(-1)).toBeLessThanOrEqual(2_147_483_647);
  });

  it('ID3 draws another number for somebody whose first one is taken', async () => {
    const { number } = await newcomer(app);
    const { log } = app.database;
    await log.query(`create sequence drawn start ${number}`);
    await log.query(`alter table profile alter number set default nextval('drawn')`);
    try {
      expect((await newcomer(app)).number).toBe(number + 1);
    } finally {
      await log.query('alter table profile alter number set default random_number()');
      await log.query('drop sequence drawn');
    }
  });
});

describe('ID5 GET /people', () => {
  it('finds somebody by their exact email, in either case, without saying whether they administer', async () => {
    const [asking, found] = [await newcomer(app), await newcomer(app, { roles: ['admin'] })];
    const { platform_admin: _, ...expected } = (await found.call('GET', '/me')).body;
    for (const email of [found.email, found.email.toUpperCase()]) {
      expect(await asking.call('GET', `/people?email=${email}`)).toMatchObject({ status: 200, body: expected });
    }
    expect(Object.keys((await asking.call('GET', `/people?email=${found.email}`)).body)).not.toContain(
      'platform_admin',
    );
  });

  it('does not guess: 404 for anything but the whole email, 400 for what is none', async () => {
    const [asking, found] = [await newcomer(app), await newcomer(app)];
    expect((await asking.call('GET', `/people?email=x${found.email}`)).body.code).toBe('user_not_found');
    for (const query of ['', '?email=', '?email=person', '?email=%25', `?email=${found.email}&email=x`]) {
      expect((await asking.call('GET', `/people${query}`)).status).toBe(400);
    }
    expect((await call(app.url, 'GET', `/people?email=${found.email}`)).status).toBe(401);
  });

  it('allows 30 misses an hour, then answers 429 and when to come back, also to what would be found', async () => {
    const [asking, other, found] = [await newcomer(app), await newcomer(app), await newcomer(app)];
    for (let count = 0; count < 40; count += 1)
      expect((await asking.call('GET', `/people?email=${found.email}`)).status).toBe(200);
    for (let count = 0; count < 30; count += 1)
      expect((await asking.call('GET', `/people?email=no-${count}@firm.example`)).status).toBe(404);
    for (const email of ['no-30@firm.example', found.email]) {
      const refused = await asking.call('GET', `/people?email=${email}`);
      expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3000);
    }
    expect((await other.call('GET', `/people?email=${found.email}`)).status).toBe(200);
  });

  it('allows no more of them at the same moment', async () => {
    const asking = await newcomer(app);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => asking.call('GET', `/people?email=at-once-${index}@firm.example`)),
    );
    const statuses = answers.map(({ status }) => status);
    expect([
      statuses.filter((status) => status === 404).length,
      statuses.filter((status) => status === 429).length,
    ]).toEqual([30, 30]);
  });

  it('tells no more to whoever asks several nodes at the same moment', async () => {
    const shared = memoryAllowances({ name: 'misses', seconds: 3600 });
    const [one, other] = [createLimits(0, () => shared), createLimits(0, () => shared)];
    const asking = { id: 'asking' } as Actor;
    await shared.spend(asking.id, 29);
    let here = 0;
    const both = Promise.withResolvers<void>();
    const miss = async () => {
      if ((here += 1) === 2) both.resolve();
      await both.promise;
      throw new Refusal('user_not_found');
    };
    const codes = [one, other].map(({ guess }) => guess(asking, miss).catch((error: Refusal) => error.code));
    expect((await Promise.all(codes)).toSorted()).toEqual(['rate_limited', 'user_not_found']);
  });

  it('tells no more at the same moment of those who are there either', async () => {
    const { guess } = createLimits(0, memoryAllowances);
    const asking = { id: 'somebody' } as Actor;
    let asked = 0;
    const miss = async () => {
      asked += 1;
      await new Promise((resolve) => setImmediate(resolve));
      throw new Refusal('user_not_found');
    };
    const misses = Array.from({ length: 30 }, () => guess(asking, miss).catch((error: Refusal) => error.code));
    const hit = guess(asking, async () => (asked += 1));
    await expect(hit).rejects.toMatchObject({ code: 'rate_limited' });
    expect(new Set(await Promise.all(misses))).toEqual(new Set(['user_not_found']));
    expect(asked).toBe(30);
  });

  it('allows no more by way of the numbers of a conversation', async () => {
    const [asking, found] = [await newcomer(app), await newcomer(app)];
    const made = await asking.call('POST', '/v1/messaging/conversations', { body: { title: 'C' } });
    const participants = `/v1/messaging/conversations/${made.body.id}/participants`;
    const nobody = 2_147_483_647;
    const ways = [
      (user_id: number) => asking.call('POST', participants, { body: { user_id } }),
      (user_id: number) => asking.call('PATCH', `${participants}/${user_id}`, { body: { role: 'member' } }),
      (user_id: number) => asking.call('DELETE', `${participants}/${user_id}`),
    ];
    for (let count = 0; count < 30; count += 1)
      expect((await ways[count % 3]!(nobody)).body.code).toBe('user_not_found');
    for (const way of ways) expect((await way(found.number)).status).toBe(429);
    expect((await asking.call('GET', `/people?email=${found.email}`)).status).toBe(429);
  });

  it('allows no more by way of inviting or granting; what finds somebody, or is refused otherwise, is no miss', async () => {
    const [asking, found] = [await newcomer(app), await newcomer(app)];
    const { body: workspace } = await asking.call('POST', '/api/workspaces', { body: { name: 'W' } });
    const { body: model } = await asking.call('POST', '/threat_models', { body: { name: 'M' } });
    const invite = (email: string) =>
      asking.call('POST', `/api/workspaces/${workspace.id}/members`, { body: { email, role: 'member' } });
    const grant = (email: string) => {
      const body = [asking.email, email].map((subject) => ({ subject_type: 'user', subject, role: 'owner' }));
      return asking.call('PUT', `/threat_models/${model.id}/authorization`, { body });
    };
    expect((await invite(found.email)).status).toBe(201);
    for (let count = 0; count < 35; count += 1) expect((await invite(found.email)).status).toBe(409);
    for (let count = 0; count < 15; count += 1) {
      expect((await invite(`no-${count}@firm.example`)).body.code).toBe('user_not_found');
      expect((await grant(`no-${count}@firm.example`)).body.code).toBe('user_not_found');
    }
    const refused = [
      await invite(found.email),
      await grant(found.email),
      await asking.call('GET', `/people?email=${found.email}`),
    ];
    expect(refused.map(({ body }) => body.code)).toEqual(['rate_limited', 'rate_limited', 'rate_limited']);
  });
});

describe('ID6 POST /dev/login', () => {
  it('signs in as anybody: a token, and whose it is', async () => {
    const { status, body } = await call(app.url, 'POST', '/dev/login', {
      body: { email: 'Dev@Firm.Example', name: 'Dev', roles: ['admin'] },
    });
    expect(status).toBe(200);
    expect(body.user).toMatchObject({ email: 'dev@firm.example', full_name: 'Dev', platform_admin: true });
    expect((await call(app.url, 'GET', '/me', { headers: { authorization: `Bearer ${body.token}` } })).body).toEqual(
      body.user,
    );
  });

  it.each(['x-forwarded-host', 'forwarded'])(
    'is not for a page elsewhere that calls us by its own name, whatever it says in %s',
    async (header) => {
      const behind = await startApp({ environment: { TRUST_PROXY: '1' } });
      const { port } = new URL(behind.url);
      const statusFor = (headers: Record<string, string>) =>
        new Promise<number | undefined>((resolve, reject) =>
          get({ port, host: '127.0.0.1', path: '/livez', headers }, (answer) => {
            answer.resume();
            resolve(answer.statusCode);
          }).on('error', reject),
        );
      try {
        expect(await statusFor({ host: 'evil.example', [header]: 'localhost' })).toBe(403);
        expect(await statusFor({ host: `localhost:${port}`, [header]: 'localhost' })).toBe(200);
      } finally {
        await behind.stop();
      }
    },
  );

  it('needs nothing but an email, and a real one', async () => {
    expect(
      (await call(app.url, 'POST', '/dev/login', { body: { email: 'short@firm.example' } })).body.user.full_name,
    ).toBeNull();
    for (const body of [
      {},
      { email: 'x' },
      { email: 'a@firm.example', admin: true },
      { email: 'a@firm.example', roles: 'admin' },
      { email: 'a@firm.example', name: '' },
    ]) {
      expect((await call(app.url, 'POST', '/dev/login', { body })).status).toBe(400);
    }
  });

  it('does not exist in production: 404, with the same secret', async () => {
    const production = await startApp({
      mode: 'serve',
      environment: { JWT_SECRET: TEST_SECRET, DATABASE_URL: await freshDatabaseUrl() },
    });
    try {
      const { status, body } = await call(production.url, 'POST', '/dev/login', {
        body: { email: 'dev@firm.example' },
      });
      expect([status, body.code]).toEqual([404, 'not_found']);
      expect(Object.keys((await call(production.url, 'GET', '/openapi.json')).body.paths)).not.toContain('/dev/login');
    } finally {
      await production.stop();
    }
  });
});
