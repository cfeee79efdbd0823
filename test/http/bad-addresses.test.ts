/** Ids, pages, paths and methods that make no sense: each is refused as what it is, never a 500, and nothing changes. */
import { describe, expect, it } from 'vitest';
import { JSON_TYPE, unharmed } from './unharmed.ts';

const stage = unharmed();

describe('CO5 ids that are none: 400', () => {
  const nones = [
    'x',
    '0',
    'null',
    '%00',
    '%F0%9F%A6%86',
    '%E0%A4%A',
    "'or'1'='1",
    '01900000-0000-7000-8000-00000000000',
    '01900000-0000-7000-8000-0000000000000',
    '01900000_0000_7000_8000_000000000000',
    '{01900000-0000-7000-8000-000000000000}',
  ];

  it.each(nones)('%s', async (id) => {
    for (const path of [
      `/api/workspaces/${id}`,
      `/api/workspaces/${id}/members`,
      `/threat_models/${id}`,
      `/threat_models/${id}/diagrams`,
      `/threat_models/${stage.model}/diagrams/${id}`,
    ]) {
      expect((await stage.raw('GET', path)).status).toBe(400);
    }
    expect((await stage.raw('DELETE', `/api/workspaces/${stage.workspace}/members/${id}`)).json.field).toBe('user_id');
    expect(
      (await stage.raw('POST', '/threat_models', JSON_TYPE, JSON.stringify({ name: 'x', workspace_id: id }))).json
        .field,
    ).toBe('workspace_id');
  });
});

describe('CO5 pages that are none: 400', () => {
  const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const id = '01900000-0000-7000-8000-000000000000';

  it.each(['0', '101', '-1', '1.5', '1e1', ' 1', '', 'x', '9999999999', '1&limit=2'])('limit=%s', async (limit) => {
    for (const path of ['/api/workspaces', `/api/workspaces/${stage.workspace}/members`, '/threat_models']) {
      const answered = await stage.raw(
        'GET',
        `${path}?limit=${encodeURIComponent(limit).replace('%26', '&').replace('%3D', '=')}`,
      );
      expect([answered.status, answered.json.field]).toEqual([400, 'limit']);
    }
  });

  it.each([
    '',
    'x',
    '%00',
    cursor(),
    cursor(7),
    cursor('x'),
    cursor(null),
    cursor(id, id),
    cursor({ id }),
    cursor(`${id}\0`),
    'x'.repeat(2000),
    Buffer.from('{').toString('base64url'),
    Buffer.from(JSON.stringify(id)).toString('base64url'),
  ])('cursor=%.60s', async (text) => {
    for (const path of [
      '/api/workspaces',
      `/api/workspaces/${stage.workspace}/members`,
      '/threat_models',
      `/threat_models/${stage.model}/diagrams`,
    ]) {
      const answered = await stage.raw('GET', `${path}?cursor=${text}`);
      expect([answered.status, answered.json.field]).toEqual([400, 'cursor']);
    }
  });

  it.each([
    'yesterday',
    '2026',
    '2026-02-30T00:00:00.000Z',
    '0000-01-01T00:00:00.000Z',
    '2026-01-01T00:00:00.000+25:00',
    `2026-01-01T00:00:00.${'1'.repeat(300)}Z`,
    '-infinity',
    'epoch',
  ])('a cursor with the time %.40s', async (time) => {
    const versions = `/threat_models/${stage.model}/diagrams/${id}/versions`;
    for (const path of [`/api/workspaces/${stage.workspace}/members`, versions]) {
      const answered = await stage.raw('GET', `${path}?cursor=${cursor(time, id)}`);
      expect([path, answered.status, answered.json.field]).toEqual([path, 400, 'cursor']);
    }
  });

  it('a cursor that only points past the end gives an empty page', async () => {
    const answered = await stage.raw('GET', `/api/workspaces?cursor=${cursor('ffffffff-ffff-7fff-bfff-ffffffffffff')}`);
    expect([answered.status, answered.json]).toEqual([200, { data: [], next_cursor: null }]);
  });
});

describe('CO5 paths and methods', () => {
  it.each(['http://', 'ws://', 'http://?x=1'])('an address without a path, %s, is not there: 404', async (address) => {
    const answered = await stage.raw('GET', address);
    expect([answered.status, answered.json.code]).toEqual([404, 'not_found']);
    expect(answered.headers['x-request-id']).toBe(answered.json.request_id);
  });

  it.each(['/nothing', '/api', '/api/workspaces/x/y/z', '/threat_models/x/y', '/%', '//', '/me/', '/livez/x'])(
    '%s is not there: 404, in English unless the workspaces API is meant',
    async (path) => {
      const answered = await stage.raw('GET', path === '/me/' ? '/me/x' : path);
      expect([answered.status, answered.json.code]).toEqual([404, 'not_found']);
      expect(answered.headers['content-language']).toBe(path.startsWith('/api/workspaces') ? 'pl' : 'en');
    },
  );

  it.each([
    ['/api/workspaces/x/nothing', 'Nie znaleziono'],
    ['/api/v1/groups/x/nothing', 'There is nothing here'],
    ['/threat_models/x/nothing', 'There is nothing here'],
    ['/v1/messaging/conversations/1/nothing', 'There is nothing here'],
  ])('%s: that there is no such address is not told as if its workspace or group were missing', async (path, words) => {
    const { json } = await stage.raw('GET', path);
    expect([json.code, json.title, json.message]).toEqual(['not_found', words, words]);
  });

  it.each([
    ['PUT', '/api/workspaces', 'GET, HEAD, POST'],
    ['DELETE', '/api/workspaces', 'GET, HEAD, POST'],
    ['POST', '/me', 'GET, HEAD'],
    ['PATCH', '/threat_models/x/authorization', 'GET, HEAD, PUT'],
    ['PROPFIND', '/api/workspaces', 'GET, HEAD, POST'],
    ['TRACE', '/me', 'GET, HEAD'],
    ['GET', '/dev/login', 'POST'],
  ])('%s %s is 405, with what is allowed', async (method, path, allowed) => {
    const answered = await stage.raw(method, path);
    expect([answered.status, answered.json.code]).toEqual([405, 'method_not_allowed']);
    expect(String(answered.headers.allow).split(', ').sort()).toEqual(allowed.split(', '));
  });

  it('a method that nothing knows, where nothing is, is 404', async () => {
    expect((await stage.raw('PROPFIND', '/nothing')).status).toBe(404);
  });
});
