/** Whatever is sent as a body, the answer is a refusal that names what is wrong, never a 500, and nothing changes. */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { eventually, within } from '../support/patience.ts';
import { rawCall } from '../support/raw.ts';
import { auditOf } from '../support/rows.ts';
import { JSON_TYPE, unharmed } from './unharmed.ts';

const stage = unharmed();
const sent = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
  stage.raw('POST', '/api/workspaces', { ...JSON_TYPE, ...headers }, body);

describe('CO5 a body that is no object: 400', () => {
  it.each([
    '{',
    '{"name":"x"',
    '{name:"x"}',
    "{'name':'x'}",
    '{"name":"x"}}',
    'null',
    '5',
    '"name"',
    'true',
    '[]',
    '[{"name":"x"}]',
    '['.repeat(50_000),
    '{"name":"x","__proto__":{"role":"owner"}}',
  ])('%.40s', async (body) => {
    const answered = await sent(body);
    expect([answered.status, answered.json.code]).toEqual([400, 'invalid']);
  });

  it('no body counts as {}', async () => {
    for (const headers of [{}, JSON_TYPE, { 'content-type': 'text/plain' }]) {
      const answered = await stage.raw('POST', '/api/workspaces', headers);
      expect([answered.status, Object.keys(answered.json.details)]).toEqual([400, ['name']]);
    }
  });

  it('no body counts as {}, also where only its end tells that there is none', async () => {
    for (const type of [{}, JSON_TYPE, { 'content-type': 'text/plain' }]) {
      const answered = await sent('', { ...type, 'transfer-encoding': 'chunked' });
      expect([answered.status, Object.keys(answered.json.details)]).toEqual([400, ['name']]);
    }
  });
});

describe('CO5 CO6 a body that is no UTF-8: 400, and nothing of it is guessed', () => {
  const latin2 = (text: string) => Buffer.from(text, 'latin1');

  it.each([
    ['workspaces', 'POST', '/api/workspaces', '{"name":"Za\xbf\xf3\xb3\xe6"}'],
    [
      'content',
      'PUT',
      '/content',
      '{"cells":[{"id":"a\xff","shape":"process","x":0,"y":0,"width":1,"height":1,"label":"b","z":1}]}',
    ],
  ])('%s', async (_, method, path, body) => {
    const { model, workspace } = stage;
    const place = path.startsWith('/api') ? '' : `/threat_models/${model}/diagrams/${workspace}`;
    const answered = await stage.raw(method, place + path, JSON_TYPE, latin2(body));
    expect([answered.status, answered.json.code]).toEqual([400, 'invalid']);
  });
});

describe('CO5 a body that nests deeper than anybody needs: 400', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  const asked = (levels: number) => `{"query":"{ me { email } }","variables":{"a":${nested(levels)}}}`;
  const drawn = (levels: number) => `{"cells":[{"id":"a","shape":"process","data":${nested(levels)}}]}`;

  it.each([65, 500, 5000, 100_000])('%i levels', async (levels) => {
    const content = `/threat_models/${stage.model}/diagrams/${stage.workspace}/content`;
    for (const answered of [
      await stage.raw('POST', '/graphql', JSON_TYPE, asked(levels)),
      await stage.raw('PUT', content, JSON_TYPE, drawn(levels)),
    ])
      expect([answered.status, answered.json.code]).toEqual([400, 'invalid']);
  });

  it('what is needed passes', async () => {
    const answered = await stage.raw('POST', '/graphql', JSON_TYPE, asked(62));
    expect([answered.status, answered.json.errors]).toEqual([200, undefined]);
  });
});

describe('CO5 members that are not known: 400', () => {
  it.each(['id', 'owner', 'constructor', 'toString', 'hasOwnProperty', ''])('"%s"', async (member) => {
    const answered = await sent(JSON.stringify({ name: 'x', [member]: 1 }));
    expect([answered.status, answered.json.details[member]]).toEqual([400, ['Nieznane pole']]);
  });

  it('also where no member is known', async () => {
    const answered = await stage.raw('DELETE', `/api/workspaces/${stage.workspace}`, JSON_TYPE, '{"force":true}');
    expect([answered.status, answered.json.field]).toEqual([400, 'force']);
  });
});

describe('CO5 a list of nothing but faults: 400, and only the first is named', () => {
  const zeros = JSON.stringify(Array.from({ length: 100_000 }, () => 0));

  it.each([
    ['authorization', zeros, '0'],
    ['diagrams/:diagram/content', `{"cells":${zeros}}`, 'cells.0'],
  ])('%s', async (path, body, field) => {
    const at = `/threat_models/${stage.model}/${path.replace(':diagram', stage.workspace)}`;
    const answered = await stage.raw('PUT', at, JSON_TYPE, body);
    expect([answered.status, Object.keys(answered.json.details)]).toEqual([400, [field]]);
  });

  it('of members that are not known twenty', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 10_000 }, (_none, index) => [`m${index}`, 0]));
    const answered = await sent(JSON.stringify({ name: 'x', ...unknown }));
    expect([answered.status, Object.keys(answered.json.details).length]).toEqual([400, 20]);
  });
});

describe('CO5 names that are none: 400', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['a list', ['x']],
    ['an object', {}],
    ['blank', ''],
    ['blanks', ' \t\n '],
    ['a NUL', 'a\0b'],
    ['half of a surrogate pair', 'a\ud800b'],
    ['the other half', '\udc00'],
    ['201 characters', 'x'.repeat(201)],
    ['201 characters of four bytes', '🦆'.repeat(201)],
    ['200,000 characters', 'x'.repeat(200_000)],
  ])('%s', async (_, name) => {
    for (const [method, path] of [
      ['POST', '/api/workspaces'],
      ['PATCH', `/api/workspaces/${stage.workspace}`],
      ['POST', '/threat_models'],
      ['POST', `/threat_models/${stage.model}/diagrams`],
    ] as const) {
      const answered = await stage.raw(method, path, JSON_TYPE, JSON.stringify({ name }));
      expect([answered.status, answered.json.field]).toEqual([400, 'name']);
    }
  });

  it.each([
    ['2,001 characters', 'x'.repeat(2001)],
    ['a NUL', '\0'],
    ['half a character', '\ud800'],
    ['a number', 7],
  ])('a description: %s', async (_, description) => {
    const answered = await stage.raw('POST', '/threat_models', JSON_TYPE, JSON.stringify({ name: 'x', description }));
    expect([answered.status, answered.json.field]).toEqual([400, 'description']);
  });
});

describe('CO5 what is not JSON: 415', () => {
  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/octet-stream',
    'application/jsonp',
    'nonsense',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-2',
  ])('%s', async (type) => {
    const answered = await sent('{"name":"x"}', { 'content-type': type });
    expect([answered.status, answered.json.code]).toEqual([415, 'unsupported_media_type']);
  });

  it('an encoding that is not known', async () => {
    expect((await sent('{"name":"x"}', { 'content-encoding': 'rot13' })).status).toBe(415);
  });
});

describe('CO5 MB5 a body that breaks off: the attempt is over, and the fault is not ours', () => {
  const BYTES = { 'content-type': 'application/octet-stream' };
  const PACKED = { ...JSON_TYPE, 'content-encoding': 'gzip' };
  const half = gzipSync('{"name":"x"}').subarray(0, -9);

  it.each<[string, string, string, Record<string, string>, string | Uint8Array]>([
    ['JSON', 'POST', '/api/workspaces', JSON_TYPE, '{'],
    ['packed JSON', 'POST', '/api/workspaces', PACKED, half],
    ['content', 'PUT', '/content', JSON_TYPE, '{'],
    ['packed content', 'PUT', '/content', PACKED, half],
    ['an update', 'POST', '/updates', BYTES, '1'],
  ])('%s', async (_, method, path, headers, part) => {
    const { app, owner, model, workspace } = stage;
    const id = randomUUID();
    const place = path.startsWith('/api') ? '' : `/threat_models/${model}/diagrams/${workspace}`;
    const call = request(new URL(place + path, app.url), {
      method,
      headers: { ...headers, authorization: `Bearer ${owner.token}`, 'x-request-id': id, 'content-length': '99' },
    });
    call.on('error', () => {});
    await new Promise((resolve) => call.write(part, resolve));
    await owner.call('GET', '/me'); // who is calling has been found out by then, and the rest is waited for
    call.destroy();
    await eventually(async () => expect(await auditOf(app.database, id)).toMatchObject([{ outcome: 'invalid' }]));
  });
});

describe('CO5 what is too large: 413', () => {
  const LIMIT = 256 * 1024;
  const ofSize = (size: number) => JSON.stringify({ name: 'x'.repeat(size - '{"name":""}'.length) });

  it('more than 256 KiB, said or not said before', async () => {
    expect((await sent(ofSize(LIMIT + 1))).json.code).toBe('payload_too_large');
    expect((await sent(ofSize(LIMIT + 1), { 'transfer-encoding': 'chunked' })).json.code).toBe('payload_too_large');
  });

  it('exactly 256 KiB is read: then it is the name that is too long', async () => {
    expect((await sent(ofSize(LIMIT))).json).toMatchObject({ code: 'invalid', field: 'name' });
  });

  it('what only grows when it is unpacked', async () => {
    expect((await sent(gzipSync(Buffer.alloc(50_000_000, ' ')), { 'content-encoding': 'gzip' })).json.code).toBe(
      'payload_too_large',
    );
  });

  it('leaves the connection fit for the next request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const headers = { authorization: `Bearer ${stage.owner.token}`, ...JSON_TYPE };
    for (const framing of [{}, { 'transfer-encoding': 'chunked' }]) {
      const refused = await rawCall(stage.app.url, 'POST', '/api/workspaces', {
        headers: { ...headers, ...framing },
        body: ofSize(3_000_000),
        agent,
      });
      const started = performance.now();
      const next = await rawCall(stage.app.url, 'GET', '/me', { headers, agent });
      expect([refused.status, next.status]).toEqual([413, 200]);
      expect(performance.now() - started).toBeLessThan(within(3000));
    }
    agent.destroy();
  });
});
