/** The addresses of the web app: a browser that opens one is given the page, and the API keeps its own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { boundary } from '../../src/http/boundary.ts';
import { platformContract } from '../../src/http/contracts/people.ts';
import { serveFiles, servePage } from '../../src/http/files.ts';
import { createLogger } from '../../src/observe/log.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import { rawCall } from '../support/raw.ts';

const PAGE = '<!doctype html><title>Roundtable</title>';
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

const files = new Map([
  ['/', Buffer.from(PAGE)],
  ['/icon.svg', Buffer.from('<svg />')],
  ['/assets/a.js', Buffer.from('')],
]);
const koa = new Koa()
  .use(
    boundary({
      attempts: { ended: async () => {} },
      logger: createLogger('silent'),
      metrics: createMetrics(),
      contracts: [],
      fallback: platformContract,
    }),
  )
  .use(serveFiles(files))
  .use(servePage(files, [{ path: '/threat_models/:threat_model_id' }, { path: '/api/workspaces' }]));
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

it.each([
  ['/', 'no-cache'],
  ['/icon.svg', 'no-cache'],
  ['/assets/a.js', 'public, max-age=31536000, immutable'],
])('WE1 a browser that has %s asks again unless its name goes with its content: %s', async (path, kept) => {
  expect((await ask(path, '*/*')).headers.get('cache-control')).toBe(kept);
});

it.each(['/', '/workspaces'])('WE1 whoever asks only about %s is told the same, without the page', async (path) => {
  const response = await ask(path, BROWSER, 'HEAD');
  expect([response.status, response.headers.get('content-length')]).toEqual([200, String(PAGE.length)]);
  expect(await response.text()).toBe('');
});

it.each(['http://', 'http://?x=1'])('WE1 an address without a path, %s, is no page: 404', async (address) => {
  expect((await rawCall(url, 'GET', address, { headers: { accept: BROWSER } })).status).toBe(404);
});
