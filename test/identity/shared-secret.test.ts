/** Who is calling, with a shared secret (HS256): which tokens hold, what they make of a profile, and what is never said of them. */
import { createHmac } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, TEST_SECRET, type TestApp } from '../support/app.ts';
import { createAuthenticator, type Authenticator } from '../../src/identity/profiles.ts';
import { signToken, tokenOptions } from '../../src/identity/tokens.ts';
import { createLogger } from '../../src/observe/log.ts';
import { call } from '../support/client.ts';
import { auditOf } from '../support/rows.ts';

const ISSUER = 'https://identity.example';
const AUDIENCE = 'roundtable';

let app: TestApp;
/** As a token is verified that comes over a socket. */
let onSockets: Authenticator;
/** Every token so far. */
const sent: string[] = [];

beforeAll(async () => {
  app = await startApp({ environment: { JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE, JWT_ADMIN_ROLE: 'operator' } });
  const options = tokenOptions({ kind: 'secret', secret: TEST_SECRET, issuer: ISSUER, audience: AUDIENCE });
  onSockets = createAuthenticator(app.database, options, null, createLogger('silent'));
});
afterAll(() => app.stop());

const hour = () => Math.floor(Date.now() / 1000) + 3600;
const good = (claims: object = {}) => ({
  sub: 'ida',
  email: 'ida@firm.example',
  exp: hour(),
  iss: ISSUER,
  aud: AUDIENCE,
  ...claims,
});
const signed = (claims: object, options: jwt.SignOptions = {}, secret = TEST_SECRET) =>
  jwt.sign(claims, secret, { algorithm: 'HS256', ...options });

async function me(token: string | null, headers: Record<string, string> = {}) {
  if (token) sent.push(token);
  return call(app.url, 'GET', '/me', {
    headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...headers },
  });
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const without = (claim: string) => Object.fromEntries(Object.entries(good()).filter(([name]) => name !== claim));

describe('ID1 a token holds', () => {
  it('with sub, email and exp, from the issuer and for the audience that are configured', async () => {
    expect(await me(signed(good()))).toMatchObject({
      status: 200,
      body: { email: 'ida@firm.example', username: 'ida', platform_admin: false },
    });
  });

  it('also for several audiences, and with a verified email', async () => {
    expect((await me(signed(good({ aud: ['other', AUDIENCE], email_verified: true })))).status).toBe(200);
  });

  it('also from an issuer whose clock is half a minute ahead, which says that it does not hold before', async () => {
    const token = signed(good({ nbf: Math.floor(Date.now() / 1000) + 30 }));
    expect((await me(token)).status).toBe(200);
    expect((await onSockets.authenticate(token)).email).toBe('ida@firm.example');
  });

  it.each(['admin@localhost', 'a&b@firm.example', 'x!@firm.example', 'ivan@xn--e1afmkfd.xn--p1ai'])(
    'also with the email %s, which can be invited too',
    async (email) => {
      const token = signed(good({ sub: email, email }));
      expect(await me(token)).toMatchObject({ status: 200, body: { email } });
      expect((await onSockets.authenticate(token)).email).toBe(email);
      const headers = { authorization: `Bearer ${signed(good())}` };
      const { body: workspace } = await call(app.url, 'POST', '/api/workspaces', { headers, body: { name: 'W' } });
      const body = { email, role: 'member' };
      const members = `/api/workspaces/${workspace.id}/members`;
      expect((await call(app.url, 'POST', members, { headers, body })).status).toBe(201);
    },
  );

  it('and whatever else is in it is ignored, or not taken where it makes no sense', async () => {
    const odd = { name: ['x'], picture: 'javascript:alert(1)', roles: 'operator', scope: 'everything' };
    expect((await me(signed(good({ sub: 'odd', email: 'odd@firm.example', ...odd })))).body).toMatchObject({
      full_name: null,
      avatar_url: null,
      platform_admin: false,
    });
  });
});

describe('ID1 ID2 401', () => {
  /** Somebody who is not known, so that nothing but the token can be wrong. */
  const stranger = { sub: 'eve', email: 'eve@firm.example' };

  it.each([
    ['no token', () => null],
    ['a blank one', () => ''],
    ['garbage', () => 'garbage'],
    ['three times garbage', () => 'a.b.c'],
    [
      'a payload that is no JSON',
      () => `${encoded({ alg: 'HS256', typ: 'JWT' })}.e30x.${signed(good()).split('.')[2]}`,
    ],
    ['another secret', () => signed(good(), {}, 'another secret that is long enough for HS256')],
    ['another algorithm of the same kind', () => signed(good(), { algorithm: 'HS512' })],
    ['no algorithm', () => `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(good())}.`],
    ['no algorithm, in other letters', () => `${encoded({ alg: 'nOnE', typ: 'JWT' })}.${encoded(good())}.`],
    ['a signature cut off', () => signed(good()).split('.').slice(0, 2).join('.') + '.'],
    [
      'claims exchanged',
      () => [signed(good()).split('.')[0], encoded(good(stranger)), signed(good()).split('.')[2]].join('.'),
    ],
    ['a claim that is no object', () => signedText('"ida"')],
    ['no sub', () => signed(without('sub'))],
    ['no email', () => signed(without('email'))],
    ['no exp', () => signed(without('exp'))],
    ['a blank sub', () => signed(good({ ...stranger, sub: '' }))],
    ['a number for a sub', () => signedText(JSON.stringify(good({ sub: 7 })))],
    ['an email that is none', () => signed(good({ email: 'ida' }))],
    ['an email with a NUL', () => signed(good({ email: 'ida\0@firm.example' }))],
    ['a sub with a NUL', () => signed(good({ sub: 'ida\0' }))],
    ['a sub of more than 255 characters', () => signed(good({ ...stranger, sub: 'x'.repeat(256) }))],
    ['an email of more than 320 characters', () => signed(good({ email: `${'x'.repeat(309)}@firm.example` }))],
    ['a sub with half a character', () => signed(good({ ...stranger, sub: 'eve\ud800' }))],
    ['an expired one', () => signed(good({ exp: Math.floor(Date.now() / 1000) - 1 }))],
    ['one that is not valid yet', () => signed(good({ nbf: hour() }))],
    ['one that is not valid for minutes', () => signed(good({ nbf: Math.floor(Date.now() / 1000) + 300 }))],
    ['an nbf that is no number', () => signedText(JSON.stringify(good({ nbf: 'yesterday' })))],
    ['an exp that is no number', () => signedText(JSON.stringify(good({ exp: 'tomorrow' })))],
    ['an email that is not verified', () => signed(good({ email_verified: false }))],
    ['another issuer', () => signed(good({ ...stranger, iss: 'https://elsewhere.example' }))],
    ['no issuer', () => signed({ ...without('iss'), ...stranger })],
    ['another audience', () => signed(good({ ...stranger, aud: 'elsewhere' }))],
    ['no audience', () => signed({ ...without('aud'), ...stranger })],
  ])('for %s, with WWW-Authenticate and nothing of why', async (_, token) => {
    const { status, headers, body } = await me(token());
    expect(status).toBe(401);
    await expect(onSockets.authenticate(token() ?? '')).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(headers.get('www-authenticate')).toBe('Bearer');
    expect(body).toMatchObject({ code: 'unauthenticated', error: 'unauthenticated', message: 'You are not signed in' });
    expect(Object.keys(body).sort()).toEqual([
      'code',
      'detail',
      'error',
      'message',
      'request_id',
      'status',
      'title',
      'type',
    ]);
  });

  it('for an issuer that cannot be kept, also where any other would do', async () => {
    const options = tokenOptions({ kind: 'secret', secret: TEST_SECRET, issuer: null, audience: AUDIENCE });
    const anyIssuer = createAuthenticator(app.database, options, null, createLogger('silent'));
    for (const iss of ['https://identity.example/\0', 'x'.repeat(2049)]) {
      const token = signed(good({ ...stranger, iss }));
      await expect(anyIssuer.authenticate(token)).rejects.toMatchObject({ code: 'unauthenticated' });
    }
  });

  it.each([
    ['email', () => good({ email: 'eve at firm.example' })],
    ['email', () => without('email')],
    ['email_verified', () => good({ email_verified: false })],
    ['sub', () => good({ sub: '' })],
  ])('for the claim %s: the log names it, once, and not what it says', async (claim, claims) => {
    const { body } = await me(signed(claims()));
    const lines = app.log.filter(({ requestId }) => requestId === body.request_id);
    const [level, time] = [40, expect.any(String)];
    const msg = 'a verified token was refused for a claim';
    expect(lines).toEqual([
      { level, time, requestId: body.request_id, claim, msg },
      expect.objectContaining({ msg: 'request', status: 401 }),
    ]);
  });

  it.each(['Basic aWRhOmlkYQ==', 'Bearer', 'Bearer a b', 'bearer-ish x'])(
    'for the header %s',
    async (authorization) => {
      const { status, headers } = await me(null, { authorization });
      expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    },
  );

  it('for a token in the URL or in a cookie: they are not looked at', async () => {
    const token = signed(good());
    sent.push(token);
    expect((await call(app.url, 'GET', `/me?access_token=${token}&token=${token}`)).status).toBe(401);
    expect((await me(null, { cookie: `token=${token}; jwt=${token}` })).status).toBe(401);
  });

  /** What jsonwebtoken would not sign. */
  function signedText(payload: string): string {
    const text = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${Buffer.from(payload).toString('base64url')}`;
    return `${text}.${createHmac('sha256', TEST_SECRET).update(text).digest('base64url')}`;
  }
});

describe('ID3 the profile', () => {
  it('is made at the first sight, once, with the email in small letters', async () => {
    const token = signed(
      good({
        sub: 'new',
        email: 'New.Person@Firm.Example',
        name: 'New Person',
        picture: 'https://firm.example/new.png',
      }),
    );
    const first = (await me(token)).body;
    expect(first).toMatchObject({
      email: 'new.person@firm.example',
      username: 'new.person',
      full_name: 'New Person',
      avatar_url: 'https://firm.example/new.png',
    });
    expect((await me(token)).body).toEqual(first);
  });

  it('takes a new name and picture from a later token, keeps them when one says nothing, and keeps its email', async () => {
    const person = { sub: 'changing', email: 'changing@firm.example' };
    const { id } = (await me(signed(good({ ...person, name: 'Before' })))).body;
    expect(
      (await me(signed(good({ ...person, name: 'After', picture: 'https://firm.example/a.png' })))).body,
    ).toMatchObject({ id, full_name: 'After' });
    expect((await me(signed(good({ ...person, email: 'moved@firm.example' })))).body).toMatchObject({
      id,
      email: 'changing@firm.example',
      full_name: 'After',
      avatar_url: 'https://firm.example/a.png',
    });
    for (const name of ['', ' \t'])
      expect((await me(signed(good({ ...person, name })))).body).toMatchObject({ id, full_name: 'After' });
  });

  it('of somebody else is never taken over by a new subject with their email: 401, and audited', async () => {
    const mine = (await me(signed(good({ sub: 'first', email: 'shared@firm.example' })))).body;
    const thief = await me(signed(good({ sub: 'second', email: 'Shared@Firm.Example', name: 'Thief' })));
    expect(thief.status).toBe(401);
    expect(await auditOf(app.database, thief.body.request_id)).toMatchObject([
      { actor_id: null, action: 'profile.create', subject: 'shared@firm.example', outcome: 'unauthenticated' },
    ]);
    expect((await me(signed(good({ sub: 'first', email: 'shared@firm.example' })))).body).toEqual(mine);
  });

  it.each([
    ['name', 'x'.repeat(201)],
    ['name', 'a\0b'],
    ['picture', `https://firm.example/${'x'.repeat(2048)}`],
  ])('is made without a %s that cannot be kept', async (claim, value) => {
    const answered = await me(signed(good({ sub: 'plain', email: 'plain@firm.example', [claim]: value })));
    expect(answered).toMatchObject({ status: 200, body: { full_name: null, avatar_url: null } });
  });

  it('takes a name of 200 characters, also of those that need four bytes', async () => {
    const name = '🦆'.repeat(200);
    expect((await me(signed(good({ sub: 'duck', email: 'duck@firm.example', name })))).body.full_name).toBe(name);
  });
});

describe('a platform administrator', () => {
  it.each([
    [['operator'], true],
    [['other', 'operator'], true],
    [['admin'], false],
    [[], false],
    [['Operator'], false],
  ])('is who has the configured role: %j', async (roles, expected) => {
    expect((await me(signed(good({ roles })))).body.platform_admin).toBe(expected);
  });
});

it('ID6 signs people in, in `dev`, with tokens that the configured issuer and audience fit', async () => {
  const { status, body } = await call(app.url, 'POST', '/dev/login', {
    body: { email: 'dev@firm.example', roles: ['operator'] },
  });
  expect([status, body.user.platform_admin]).toEqual([200, true]);
  expect((await me(body.token)).status).toBe(200);
});

it('ID3 the token that is signed here for an email is of one subject, in whatever letters that is written', async () => {
  const signedHere = (email: string) => signToken(TEST_SECRET, { email }, 60, { issuer: ISSUER, audience: AUDIENCE });
  const first = await me(signedHere('Any.Letters@Firm.example'));
  expect(first).toMatchObject({ status: 200, body: { email: 'any.letters@firm.example' } });
  expect((await me(signedHere('any.letters@firm.example'))).body).toEqual(first.body);
});

it('ID7 writes no token, good or bad, into any log line', async () => {
  expect((await me(signed(good()))).status).toBe(200);
  expect((await me(signed(good(), {}, 'another secret that is long enough for HS256'))).status).toBe(401);
  const log = JSON.stringify(app.log);
  expect(app.log.length).toBeGreaterThan(sent.length);
  for (const token of sent.filter((text) => text.length > 20)) {
    expect(log).not.toContain(token);
    expect(log).not.toContain(token.split('.')[2] || token);
  }
});
