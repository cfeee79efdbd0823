/** What every answer carries, whoever asks: request id, entity tag, compression, security headers, and CORS for allowed origins. */
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compressed } from '../../src/http/compressed.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/patience.ts';
import { newcomer, type TestPerson } from '../support/people.ts';
import { rawCall, type RawAnswer } from '../support/raw.ts';

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
const ALLOWED = 'https://editor.example';

let app: TestApp;
let person: TestPerson;

beforeAll(async () => {
  app = await startApp({ environment: { ALLOWED_ORIGINS: `${ALLOWED}, https://other.example:8443` } });
  person = await newcomer(app);
});
afterAll(() => app.stop());

const get = (path: string, headers: Record<string, string> = {}): Promise<RawAnswer> =>
  rawCall(app.url, 'GET', path, { headers: { authorization: `Bearer ${person.token}`, ...headers } });

describe('CO7 X-Request-Id', () => {
  it("is the caller's when it is one, in the answer, the problem and the log", async () => {
    const answered = await get('/nothing', { 'x-request-id': 'trace:1.a-b_C' });
    expect([answered.headers['x-request-id'], answered.json.request_id]).toEqual(['trace:1.a-b_C', 'trace:1.a-b_C']);
    expect(app.log.filter((line) => line.requestId === 'trace:1.a-b_C')).toMatchObject([
      { msg: 'request', method: 'GET', path: '/nothing', status: 404 },
    ]);
  });

  it.each(['', 'a b', 'x'.repeat(129), '<script>', 'ż'])(
    'is made when the caller\'s is none: "%.20s"',
    async (given) => {
      const answered = await get('/livez', { 'x-request-id': Buffer.from(given).toString('latin1') });
      expect(answered.headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    },
  );

  it.each(['/', '/livez', '/me', '/openapi.json', '/docs', '/nothing', '/metrics'])(
    'is there with %s, and never twice the same',
    async (path) => {
      const [first, second] = [await get(path), await get(path)];
      expect(first.headers['x-request-id']).toBeTruthy();
      expect(first.headers['x-request-id']).not.toBe(second.headers['x-request-id']);
    },
  );

  it('is there also where a WebSocket is refused', async () => {
    const path = '/threat_models/none/ws';
    const asked = (headers: Record<string, string> = {}) => get(path, { ...UPGRADE, ...headers });
    expect(await asked({ 'x-request-id': 'trace:2' })).toMatchObject({
      status: 404,
      headers: { 'x-request-id': 'trace:2' },
    });
    expect((await asked()).headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it('is logged also of an answer that could not be sent', async () => {
    const { hostname, port } = new URL(app.url);
    const connection = connect(Number(port), hostname).on('error', () => {});
    const head = ['GET /me HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${person.token}`, 'X-Request-Id: cut'];
    connection.write(`${head.join('\r\n')}\r\n\r\nnonsense\r\n\r\n`);
    await eventually(() =>
      expect(app.log.filter(({ msg }) => msg === 'an answer could not be sent')).toMatchObject([{ requestId: 'cut' }]),
    );
    connection.destroy();
  });
});

describe('CO7 ETag', () => {
  it('answers 304 without a body to whoever has it already', async () => {
    const first = await get('/me');
    const tag = first.headers.etag!;
    expect(tag).toMatch(/^(W\/)?"/);
    const again = await get('/me', { 'if-none-match': tag });
    expect([again.status, again.bytes.length, again.headers['x-request-id'] !== undefined]).toEqual([304, 0, true]);
    expect((await get('/me', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('changes with the content', async () => {
    const before = (await get('/api/workspaces')).headers.etag;
    await person.call('POST', '/api/workspaces', { body: { name: 'New' } });
    expect((await get('/api/workspaces')).headers.etag).not.toBe(before);
  });

  it('is not given to a refusal', async () => {
    expect((await get('/nothing')).headers.etag).toBeUndefined();
    expect((await get('/nothing', { 'if-none-match': '*' })).status).toBe(404);
  });
});

it('CO7 a connection is kept for longer than the minute that proxies keep theirs', async () => {
  expect((await get('/livez', { connection: 'keep-alive' })).headers['keep-alive']).toBe('timeout=75');
});

describe('CO7 whoever offers another protocol than HTTP/1.1 is answered as if they had not', () => {
  const h2c = {
    connection: 'Upgrade, HTTP2-Settings',
    upgrade: 'h2c',
    'http2-settings': 'AAEAAEAAAAIAAAABAAMAAABkAAQBAAAA',
  };

  it.each([h2c, { ...h2c, upgrade: 'h2c, websocket' }, { connection: 'upgrade', upgrade: 'TLS/1.0' }])(
    '$upgrade',
    async (offered) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const headers = { authorization: `Bearer ${person.token}`, 'content-type': 'application/json', ...offered };
      const body = JSON.stringify({ name: 'Made' });
      const made = await rawCall(app.url, 'POST', '/api/workspaces', { headers, body, agent });
      expect([made.status, made.json.name]).toEqual([201, 'Made']);
      for (const [path, status] of [
        ['/me', 200],
        ['/livez', 200],
        ['/ws', 404],
      ] as const)
        expect((await rawCall(app.url, 'GET', path, { headers: { ...headers }, agent })).status).toBe(status);
      agent.destroy();
    },
  );

  it('a WebSocket is one in any case of letters, and where none lives it is 404', async () => {
    for (const upgrade of ['websocket', 'WebSocket'])
      expect((await get('/me', { ...UPGRADE, upgrade })).status).toBe(404);
  });
});

describe('CO7 compression', () => {
  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
  ] as const)('%s, when the caller takes it and it pays', async (encoding, unpack) => {
    const packed = await get('/openapi.json', { 'accept-encoding': encoding });
    expect([packed.headers['content-encoding'], packed.headers.vary]).toEqual([
      encoding,
      expect.stringContaining('Accept-Encoding'),
    ]);
    expect(unpack(packed.bytes).equals((await get('/openapi.json')).bytes)).toBe(true);
  });

  it.each(['identity', '', 'rot13', 'identity;q=0, *;q=0', ';;q=,'])('none for "%s"', async (accepted) => {
    const answered = await get('/openapi.json', { 'accept-encoding': accepted });
    expect([answered.status, answered.headers['content-encoding']]).toEqual([200, undefined]);
  });

  it.each(['br', 'gzip'] as const)('%s of a file is done once, and the entity tag is its own', async (encoding) => {
    const file = '/docs/swagger-ui-bundle.js';
    const [plain, packed] = [await get(file), await get(file, { 'accept-encoding': encoding })];
    const unpack = encoding === 'br' ? brotliDecompressSync : gunzipSync;
    expect(unpack(packed.bytes).equals(plain.bytes)).toBe(true);
    expect([plain.headers.vary, packed.headers.vary]).toEqual(
      Array(2).fill(expect.stringContaining('Accept-Encoding')),
    );
    expect([plain.headers['content-encoding'], packed.headers['content-encoding']]).toEqual([undefined, encoding]);
    expect(packed.headers.etag).not.toBe(plain.headers.etag);
    const known = { 'accept-encoding': encoding, 'if-none-match': packed.headers.etag! };
    expect((await get(file, known)).status).toBe(304);
    const bytes = Buffer.from('the same bytes for all');
    expect(await compressed(bytes, encoding)).toBe(await compressed(bytes, encoding));
  });

  it.each(['identity', '', 'rot13', 'identity;q=0, *;q=0', 'gzip;q=0'])('none of a file for "%s"', async (accepted) => {
    const answered = await get('/docs/swagger-ui.css', { 'accept-encoding': accepted });
    expect([answered.status, answered.headers['content-encoding'], answered.headers['content-type']]).toEqual([
      200,
      undefined,
      'text/css; charset=utf-8',
    ]);
  });

  it('none for what is small', async () => {
    expect((await get('/me', { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBeUndefined();
  });
});

describe('CO7 Vary', () => {
  it('names all that an answer depends on, also where its own handler adds to it', async () => {
    const model = (await person.call('POST', '/threat_models', { body: { name: 'x' } })).body.id;
    const diagram = (await person.call('POST', `/threat_models/${model}/diagrams`, { body: { name: 'x' } })).body.id;
    const { vary } = (await get(`/threat_models/${model}/diagrams/${diagram}/content`)).headers;
    expect(String(vary).split(', ').sort()).toEqual(['Accept', 'Accept-Encoding', 'Origin']);
  });
});

describe('CO7 security headers', () => {
  it.each(['/', '/me', '/nothing', '/docs'])(
    '%s: nothing from elsewhere, nothing inline, no framing, no sniffing',
    async (path) => {
      const { headers } = await get(path);
      const policy = String(headers['content-security-policy']);
      expect(Object.fromEntries(policy.split(';').map((part) => part.split(/ (.*)/).slice(0, 2)))).toEqual({
        'default-src': "'self'",
        'connect-src': "'self'",
        'img-src': "'self' data: https:",
        'style-src': "'self'",
        'object-src': "'none'",
        'base-uri': "'none'",
        'form-action': "'self'",
        'frame-ancestors': "'none'",
      });
      expect(headers).toMatchObject({
        'cross-origin-resource-policy': 'same-site',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
      });
      expect(headers).not.toHaveProperty('x-powered-by');
    },
  );

  it('asks for https only where it is known to be there', async () => {
    expect((await get('/me')).headers['strict-transport-security']).toBeUndefined();
    const behind = await startApp({ environment: { PUBLIC_URL: 'https://roundtable.example' } });
    try {
      expect((await rawCall(behind.url, 'GET', '/livez')).headers['strict-transport-security']).toMatch(
        /max-age=\d{7,}/,
      );
    } finally {
      await behind.stop();
    }
  });
});

describe('CO7 CORS', () => {
  it.each([ALLOWED, 'https://other.example:8443'])('allows %s, also to read a refusal', async (origin) => {
    for (const path of ['/me', '/nothing', '/api/workspaces/x']) {
      const { headers } = await get(path, { origin });
      expect([headers['access-control-allow-origin'], headers['access-control-allow-credentials']]).toEqual([
        origin,
        undefined,
      ]);
      expect(String(headers['access-control-expose-headers']).split(',')).toEqual(
        expect.arrayContaining(['ETag', 'X-Request-Id', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'Warning']),
      );
      expect(headers.vary).toContain('Origin');
    }
  });

  it('allows our own origin', async () => {
    expect((await get('/me', { origin: app.url })).headers['access-control-allow-origin']).toBe(app.url);
  });

  it.each([
    'https://evil.example',
    'http://editor.example',
    'https://editor.example:444',
    'https://editor.example.evil.example',
    'null',
    '*',
    'https://EDITOR.example.',
  ])('does not allow %s', async (origin) => {
    const { status, headers } = await get('/me', { origin });
    expect([status, headers['access-control-allow-origin']]).toEqual([200, undefined]);
  });

  it('says beforehand what an allowed origin may send', async () => {
    const asked = {
      origin: ALLOWED,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'authorization,content-type',
    };
    const allowed = await rawCall(app.url, 'OPTIONS', '/api/workspaces', { headers: asked });
    expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([204, ALLOWED]);
    expect(allowed.headers['access-control-allow-methods']).toContain('PATCH');
    expect(String(allowed.headers['access-control-allow-headers']).split(',')).toEqual(
      expect.arrayContaining(['Authorization', 'Content-Type', 'If-Match', 'If-None-Match', 'Accept-Language']),
    );
    expect(allowed.headers['access-control-max-age']).toBe('600');
    const refused = await rawCall(app.url, 'OPTIONS', '/api/workspaces', {
      headers: { ...asked, origin: 'https://evil.example' },
    });
    expect(refused.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('RU2 in development, where anybody may sign in as anybody', () => {
  it.each(['rebound.example', 'rebound.example:3000', 'localhost.rebound.example', '127.0.0.1.rebound.example'])(
    'a page whose name, %s, was made to point to this machine is refused',
    async (host) => {
      for (const path of ['/', '/livez', '/me']) expect((await get(path, { host })).status).toBe(403);
      const asked = { host, origin: `http://${host}`, ...UPGRADE };
      expect((await rawCall(app.url, 'GET', '/ws', { headers: asked })).status).toBe(403);
    },
  );

  it.each(['localhost', '127.0.0.1', '[::1]', 'roundtable.localhost'])('%s is this machine', async (host) => {
    expect((await get('/livez', { host })).status).toBe(200);
  });

  it('the name that PUBLIC_URL gives it is its own too', async () => {
    const named = await startApp({ environment: { PUBLIC_URL: 'https://roundtable.example' } });
    const ask = (host: string) => rawCall(named.url, 'GET', '/livez', { headers: { host } });
    try {
      expect((await ask('roundtable.example')).status).toBe(200);
      expect((await ask('rebound.example')).status).toBe(403);
    } finally {
      await named.stop();
    }
  });
});

describe('CO7 documentation', () => {
  it('comes from local files only', async () => {
    const page = (await get('/docs')).bytes.toString();
    expect(page).toContain('/docs/swagger-ui-bundle.js');
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
    for (const file of ['/docs/swagger-ui-bundle.js', '/docs/swagger-ui.css', '/docs/start.js'])
      expect((await get(file)).status).toBe(200);
  });

  it.each([
    '/docs/../package.json',
    '/..%2fpackage.json',
    '/docs/%2e%2e/%2e%2e/package.json',
    '/assets/../../package.json',
  ])('and no others: %s', async (path) => {
    const answered = await get(path);
    expect([answered.status, answered.bytes.includes('dependencies')]).toEqual([404, false]);
  });
});
