/** Who is calling, with the keys of an identity provider (RS256 and ES256 through JWKS), in production. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { tokenOptions } from '../../src/identity/tokens.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { call } from '../support/client.ts';
import { makeKey, startKeyServer, type KeyServer } from '../support/key-server.ts';

const ISSUER = 'https://identity.example';
const AUDIENCE = 'roundtable';
const rsa = makeKey('rsa-1', 'RS256');
const ec = makeKey('ec-1', 'ES256');
const unpublished = makeKey('rsa-1', 'RS256');

let keys: KeyServer;
let app: TestApp;

beforeAll(async () => {
  keys = await startKeyServer();
  keys.publish(rsa, ec);
  app = await startApp({
    mode: 'serve',
    environment: { JWT_SECRET: '', JWT_JWKS_URI: keys.url, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE },
  });
});
afterAll(async () => {
  await app.stop();
  await keys.stop();
});

const claims = (more: object = {}) => ({
  sub: 'ida',
  email: 'ida@firm.example',
  exp: Math.floor(Date.now() / 1000) + 3600,
  iss: ISSUER,
  aud: AUDIENCE,
  ...more,
});
/** Somebody who is not known, so that nothing but the token can be wrong. */
const stranger = (more: object) => claims({ sub: 'eve', email: 'eve@firm.example', ...more });
const me = (token: string) => call(app.url, 'GET', '/me', { headers: { authorization: `Bearer ${token}` } });

/** A token that is made by hand: any header, signed with HMAC under any text. */
function forged(header: object, secret: string | Buffer): string {
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encoded(header)}.${encoded(claims())}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

describe('ID1 a token holds', () => {
  it.each([
    ['RS256', rsa],
    ['ES256', ec],
  ] as const)('signed with %s by a published key', async (_, key) => {
    expect(await me(key.sign(claims()))).toMatchObject({ status: 200, body: { email: 'ida@firm.example' } });
  });

  it('of the same subject whichever key signed it: one person', async () => {
    expect((await me(rsa.sign(claims()))).body.id).toBe((await me(ec.sign(claims()))).body.id);
  });

  it('and makes nobody an administrator unless JWT_ADMIN_ROLE says which role does', async () => {
    expect((await me(rsa.sign(claims({ roles: ['admin'] })))).body.platform_admin).toBe(false);
  });
});

describe('ID1 ID2 401', () => {
  it.each([
    [
      'HS256, signed with the public key as PEM',
      () => forged({ alg: 'HS256', typ: 'JWT', kid: rsa.kid }, rsa.publicKey.export({ format: 'pem', type: 'spki' })),
    ],
    [
      'HS256, signed with the public key as DER',
      () => forged({ alg: 'HS256', typ: 'JWT', kid: rsa.kid }, rsa.publicKey.export({ format: 'der', type: 'spki' })),
    ],
    ['HS256, signed with nothing', () => forged({ alg: 'HS256', typ: 'JWT', kid: rsa.kid }, '')],
    ['no algorithm', () => `${forged({ alg: 'none', kid: rsa.kid }, 'x').split('.').slice(0, 2).join('.')}.`],
    ['RS512, which nobody configured', () => rsa.sign(claims(), { algorithm: 'RS512' })],
    ['PS256, which nobody configured', () => rsa.sign(claims(), { algorithm: 'PS256' })],
    ['another key under a published id', () => unpublished.sign(claims())],
    ['a key under the id of one of another kind', () => ec.sign(claims(), { keyid: rsa.kid })],
    ['no key id, where there are several keys', () => rsa.sign(claims(), { header: { alg: 'RS256', kid: undefined } })],
    ['a key that is not published', () => makeKey('rsa-9', 'RS256').sign(claims())],
    [
      'a key of its own in the header',
      () =>
        unpublished.sign(claims(), {
          header: { alg: 'RS256', jwk: unpublished.publicKey.export({ format: 'jwk' }) } as never,
        }),
    ],
    ['an expired one', () => rsa.sign(claims({ exp: 1 }))],
    ['another issuer', () => rsa.sign(stranger({ iss: 'https://elsewhere.example' }))],
    ['another audience', () => ec.sign(stranger({ aud: 'elsewhere' }))],
    ['no expiry', () => rsa.sign({ sub: 'ida', email: 'ida@firm.example', iss: ISSUER, aud: AUDIENCE })],
    ['an email that is not verified', () => ec.sign(claims({ email_verified: false }))],
  ])('for %s', async (_, token) => {
    const { status, headers, body } = await me(token());
    expect([status, body.code, headers.get('www-authenticate')]).toEqual([401, 'unauthenticated', 'Bearer']);
  });
});

/** A server that answers on the loopback as it is told to. */
async function listening(answering: RequestListener): Promise<Server> {
  const server = createServer(answering).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** The keys of an identity provider that publishes them there. */
function secretFrom(server: Server) {
  const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  return tokenOptions({ kind: 'jwks', uri, issuer: ISSUER, audience: AUDIENCE }).secret;
}

it('ID2 takes two algorithms, whatever else the library would take', () => {
  const config = { kind: 'jwks', uri: keys.url, issuer: ISSUER, audience: AUDIENCE } as const;
  expect(tokenOptions(config).algorithms).toEqual(['RS256', 'ES256']);
});

describe('ID4 the key server', () => {
  it('is asked once for a key that is known', async () => {
    await me(rsa.sign(claims()));
    const before = keys.asked;
    for (let count = 0; count < 5; count += 1) await me(rsa.sign(claims()));
    expect(keys.asked).toBe(before);
  });

  it('may publish a new key at any time', async () => {
    const fresh = makeKey('rsa-2', 'RS256');
    expect((await me(fresh.sign(claims()))).status).toBe(401);
    keys.publish(rsa, ec, fresh);
    expect((await me(fresh.sign(claims()))).status).toBe(200);
  });

  it('that fails is a fault of ours (503), not of the token; known keys still hold', async () => {
    keys.broken = true;
    const answered = await me(makeKey('rsa-3', 'RS256').sign(claims()));
    expect(answered).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect((await me(rsa.sign(claims()))).status).toBe(200);
    keys.broken = false;
  });

  it('is not looked for where it sends us to', async () => {
    const elsewhere = await listening((_, answer) => answer.writeHead(302, { location: keys.url }).end());
    try {
      await expect(secretFrom(elsewhere)({ kid: rsa.kid })).rejects.toMatchObject({ code: 'unavailable' });
    } finally {
      elsewhere.close();
    }
  });

  it('that is asked and never answers is waited for no longer than we have patience', async () => {
    const patience = new AbortController();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(patience.signal);
    const silent = await listening(() => patience.abort());
    try {
      await expect(secretFrom(silent)({ kid: rsa.kid })).rejects.toMatchObject({ code: 'unavailable' });
    } finally {
      timeout.mockRestore();
      silent.closeAllConnections();
      silent.close();
    }
  });
});

it('ID6 is production: nobody signs in as anybody', async () => {
  const { status, body } = await call(app.url, 'POST', '/dev/login', { body: { email: 'ida@firm.example' } });
  expect([status, body.code]).toEqual([404, 'not_found']);
});
