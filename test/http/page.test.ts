/** The addresses of the web app: a browser that opens one is given the page, and the API keeps its own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { servePage } from '../../src/http/files.ts';

const PAGE = '<!doctype html><title>Roundtable</title>';
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

const koa = new Koa().use(
  servePage(
    new Map([
      ['/', Buffer.from(PAGE)],
      ['/assets/a.js', Buffer.from('')],
    ]),
    [{ path: '/threat_models/:threat_model_id' }, { path: '/api/workspaces' }],
  ),
);
const server = createServer(koa.callback());
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

const ask = (path: string, accept: string, method = 'GET') => fetch(url + path, { method, headers: { accept } });

it.each(['/threat-models/1/diagrams/2', '/workspaces', '/nowhere'])(
  'WE1 %s is the page for a browser',
  async (path) => {
    const response = await ask(path, BROWSER);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(await response.text()).toBe(PAGE);
  },
);

it.each([
  ['an address of the API', '/threat_models/1/nothing', BROWSER, 'GET'],
  ['an unknown one below an API', '/api/unknown', BROWSER, 'GET'],
  ['a file that is gone', '/assets/old.js', BROWSER, 'GET'],
  ['whoever asks for JSON', '/workspaces', 'application/json', 'GET'],
  ['whoever takes anything', '/workspaces', '*/*', 'GET'],
  ['anything but reading', '/workspaces', BROWSER, 'POST'],
])('WE1 %s is left to others', async (_, path, accept, method) => {
  expect((await ask(path, accept, method)).status).toBe(404);
});
