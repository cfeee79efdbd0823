/**
 * The guide for editors, as it stands: its files are taken out of it, compiled, bundled and opened in a browser, React
 * Flow and X6 on one diagram.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import react from '@vitejs/plugin-react';
import type { Browser, Locator, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from './support/app.ts';
import { eventually } from './support/patience.ts';
import { launchBrowser } from './web/browser.ts';

const root = join(import.meta.dirname, '..');
const sdk = {
  'roundtable/client/react': join(root, 'src/client/react/index.ts'),
  'roundtable/client/offline': join(root, 'src/client/offline.ts'),
  'roundtable/client': join(root, 'src/client/index.ts'),
};
const PAGE = '<!doctype html><link rel="stylesheet" href="style.css"><div id="root"></div>';

let project: string;
let app: TestApp;
let site: Server;
let browser: Browser;
const files = new Map<string, string>();
const pages: Page[] = [];

beforeAll(async () => {
  site = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1);
    const type = { js: 'text/javascript', css: 'text/css' }[path.split('.').at(-1)!] ?? 'text/html; charset=utf-8';
    response.setHeader('content-type', type);
    const script = `${path}.js`;
    response.end(
      files.get(path) ?? (files.has(script) ? `${PAGE}<script type="module" src="${script}"></script>` : ''),
    );
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  app = await startApp({ environment: { ALLOWED_ORIGINS: home() } });
  project = await mkdtemp(join(tmpdir(), 'roundtable-guide-'));
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'));
  const guide = await readFile(join(root, 'docs/your-editor.md'), 'utf8');
  for (const [, text] of guide.matchAll(/```tsx?\n(.*?)```/gs)) {
    const [, name] = /^\/\/ (\S+)\n/.exec(text!)!;
    await writeFile(join(project, name!), text!.replace('http://localhost:3000', app.url));
  }
  for (const entry of ['roundtable.ts', 'flow.tsx', 'graph.ts']) await bundle(entry);
  browser = await launchBrowser();
});
afterEach(() => Promise.all(pages.splice(0).map((page) => page.context().close())));
afterAll(async () => {
  await browser?.close();
  site.close();
  await app.stop();
  await rm(project, { recursive: true, force: true });
});

const home = () => `http://localhost:${(site.address() as AddressInfo).port}`;

async function bundle(entry: string): Promise<void> {
  const [name] = entry.split('.');
  const result = await build({
    root: project,
    configFile: false,
    logLevel: 'silent',
    plugins: [react()],
    define: { 'process.env.NODE_ENV': '"development"' }, // strict mode does its work only there
    resolve: { alias: sdk, dedupe: ['yjs'] },
    build: {
      write: false,
      minify: false,
      lib: { entry: join(project, entry), formats: ['es'], fileName: name!, cssFileName: 'style' },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const [{ output }] = result as unknown as [
    { output: { type: string; fileName: string; code: string; source: string | Uint8Array }[] },
  ];
  for (const made of output) {
    if (made.type === 'chunk') files.set(`${name}.js`, made.code);
    else files.set(made.fileName, String(made.source));
  }
}

/** Somebody of the demo people opens one of the editors. */
async function opens(editor: 'flow' | 'graph', name: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 } });
  const page = await context.newPage();
  pages.push(page);
  await page.goto(`${home()}/${editor}?as=${name}@example.com`);
  await nodeOf(page, 'Checkout').waitFor({ timeout: 20_000 });
  return page;
}

/** The node with a label, in either editor. */
const nodeOf = (page: Page, label: string): Locator => page.locator('.react-flow__node, .x6-node', { hasText: label });
const edgesOf = (page: Page): Locator => page.locator('.react-flow__edge, .x6-edge');

/** How far one node is from another on the screen: who drags what cannot be moved moves the whole canvas. */
async function between(page: Page, one: string, other: string): Promise<{ x: number; y: number }> {
  const [from, to] = [(await nodeOf(page, one).boundingBox())!, (await nodeOf(page, other).boundingBox())!];
  return { x: Math.round(to.x - from.x), y: Math.round(to.y - from.y) };
}

async function drag(page: Page, label: string | Locator, by: { x: number; y: number }): Promise<void> {
  const dragged = typeof label === 'string' ? nodeOf(page, label) : label;
  const { x, y, width, height } = (await dragged.boundingBox())!;
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2 + by.x, y + height / 2 + by.y, { steps: 8 });
  await page.mouse.up();
}

interface Stored {
  id: string;
  [member: string]: unknown;
}

/** The cells as the server has them. @param changed others to put in their place */
async function content(changed?: readonly Stored[]): Promise<Stored[]> {
  const { token } = await post('/dev/login', { email: 'ada@example.com' });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const read = async (path: string) => (await fetch(app.url + path, { headers })).json() as Promise<any>;
  const [model] = (await read('/threat_models')).data;
  const [diagram] = (await read(`/threat_models/${model.id}/diagrams`)).data;
  const path = `/threat_models/${model.id}/diagrams/${diagram.id}/content`;
  if (changed) await fetch(app.url + path, { method: 'PUT', headers, body: JSON.stringify({ cells: changed }) });
  return (await read(path)).cells;
}

/** The cell of a label. */
const stored = async (label: string) => (await content()).find((cell) => cell['label'] === label);

async function post(path: string, body: unknown): Promise<{ token: string }> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(app.url + path, { method: 'POST', headers, body: JSON.stringify(body) })).json() as never;
}

describe('SD9 the guide for editors', () => {
  it('compiles in a strict project', async () => {
    const options = {
      target: 'es2023',
      module: 'esnext',
      moduleResolution: 'bundler',
      lib: ['es2024', 'dom', 'dom.iterable'],
      jsx: 'react-jsx',
      strict: true,
      noUncheckedIndexedAccess: true,
      allowImportingTsExtensions: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
      paths: Object.fromEntries(Object.entries(sdk).map(([name, file]) => [name, [file]])),
    };
    await writeFile(join(project, 'css.d.ts'), `declare module '*.css';`);
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['.'] }));
    const compiled = promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['-p', project], {
      env: { ...process.env, PATH: `${join(process.execPath, '..')}:${process.env.PATH}` },
    });
    expect(
      await compiled.then(
        () => '',
        ({ stdout }: { stdout: string }) => stdout,
      ),
    ).toBe('');
  });

  it('puts React Flow and X6 on one diagram: what one does, the other shows, and it is saved', async () => {
    const flow = await opens('flow', 'ada');
    const graph = await opens('graph', 'grace');
    await flow.getByText('Ada Lovelace, Grace Hopper · Saved').waitFor();
    await eventually(async () => expect(await graph.title()).toBe('Ada Lovelace, Grace Hopper · Saved'), 15_000);
    await eventually(async () => expect([await edgesOf(flow).count(), await edgesOf(graph).count()]).toEqual([2, 2]));

    for (const [mine, theirs] of [
      [flow, graph],
      [graph, flow],
    ] as const) {
      const before = await between(theirs, 'Checkout', 'Orders');
      await drag(mine, 'Orders', { x: 40, y: 90 });
      await eventually(async () => {
        const after = await between(theirs, 'Checkout', 'Orders');
        expect(Math.hypot(after.x - before.x - 40, after.y - before.y - 90)).toBeLessThan(25); // thresholds and grids
      });
    }
    await eventually(async () => expect((await stored('Orders'))?.['y']).toBeGreaterThan(250), 15_000);

    await flow.locator('.react-flow__edge-interaction').first().click({ force: true });
    await flow.keyboard.press('Delete');
    await eventually(async () => expect([await edgesOf(flow).count(), await edgesOf(graph).count()]).toEqual([1, 1]));

    await nodeOf(flow, 'Orders').click();
    await flow.keyboard.press('Delete');
    await nodeOf(graph, 'Orders').waitFor({ state: 'detached' });
    await eventually(async () => expect([await edgesOf(flow).count(), await edgesOf(graph).count()]).toEqual([0, 0]));
    await flow.getByText('· Saved').waitFor();
    expect(await stored('Orders')).toBeUndefined();
  });

  it('leaves in X6 what X6 does not draw: a shape that it does not know, and the side of an edge', async () => {
    const before = await content();
    const node = { width: 100, height: 60, y: 400 };
    const ends = { source: { cell: 'wall', port: 'bottom' }, target: { cell: 'behind' } };
    await content([
      ...before,
      { ...node, id: 'wall', shape: 'firewall', x: 100, label: 'Firewall', z: 50 },
      { ...node, id: 'behind', shape: 'process', x: 500, label: 'Behind', z: 51 },
      { ...ends, id: 'way', shape: 'flow', vertices: [{ x: 350, y: 430 }], z: 52 },
    ]);
    const graph = await opens('graph', 'ada');
    await nodeOf(graph, 'Behind').waitFor();
    await drag(graph, 'Firewall', { x: 10, y: 0 });
    await eventually(async () => expect(await stored('Firewall')).toMatchObject({ shape: 'firewall', x: 110 }), 15_000);
    await drag(graph, graph.locator('.x6-edge[data-cell-id="way"]'), { x: 30, y: 40 });
    const way = async () => (await content()).find(({ id }) => id === 'way');
    await eventually(async () => expect(await way()).not.toMatchObject({ vertices: [{ x: 350, y: 430 }] }), 15_000);
    expect(await way()).toMatchObject(ends);
    await content(before);
  });

  it('draws in X6 what comes after an edge that has lost an end, and the edge as soon as it has both', async () => {
    const before = await content();
    const node = { shape: 'process', width: 100, height: 60, y: 400 };
    const near = { ...node, id: 'near', x: 100, label: 'Near', z: 50 };
    const edge = { id: 'hanging', shape: 'flow', source: { cell: 'near' }, target: { cell: 'far' }, z: 52 };
    const graph = await opens('graph', 'ada');
    const errors: string[] = [];
    graph.on('pageerror', ({ message }) => errors.push(message));
    const drawn = graph.locator('.x6-edge[data-cell-id="hanging"]');
    await content([...before, near, edge]);
    await nodeOf(graph, 'Near').waitFor();
    await content([...before, near, edge, { ...node, id: 'later', x: 300, label: 'Later', z: 53 }]);
    await nodeOf(graph, 'Later').waitFor();
    expect(await drawn.count()).toBe(0);
    await content([...before, near, edge, { ...node, id: 'far', x: 500, label: 'Far', z: 51 }]);
    await drawn.waitFor({ state: 'attached' });
    await content([...before, near, edge]);
    await drawn.waitFor({ state: 'detached' });
    expect((await content()).map(({ id }) => id)).toContain('hanging');
    expect(errors).toEqual([]);
    await content(before);
  });

  it('signs in again where that failed', async () => {
    const page = await (await browser.newContext()).newPage();
    pages.push(page);
    await page.goto(`${home()}/somewhere`);
    let failed = 0;
    await page.route('**/dev/login', (route) => {
      failed += 1;
      if (failed === 1) return route.abort();
      if (failed > 2) return route.continue();
      return route.fulfill({ status: 503, body: '{}', headers: { 'access-control-allow-origin': '*' } });
    });
    const calls = `import('/roundtable.js').then(async ({ client }) => {
      const ask = () => client.me().then(({ email }) => email, ({ message }) => message);
      return [await ask(), await ask(), await ask(), await ask()];
    })`;
    const email = 'ada@example.com';
    expect(await page.evaluate(calls)).toEqual(['Failed to fetch', 'Nobody is signed in: 503', email, email]);
    expect(failed).toBe(3);
  });

  it.each(['flow', 'graph'] as const)('lets a reader only look (%s)', async (editor) => {
    await opens('flow', 'ada');
    const page = await opens(editor, 'alan');
    await eventually(async () =>
      expect((await page.title()) + (await page.locator('body').innerText())).toContain('Alan Turing'),
    );
    const before = await stored('Checkout');
    const apart = await between(page, 'Customer', 'Checkout');
    await drag(page, 'Checkout', { x: 60, y: 60 });
    expect(await between(page, 'Customer', 'Checkout')).toEqual(apart);
    await drag(await opens('flow', 'ada'), 'Customer', { x: 0, y: 60 });
    await eventually(async () => expect((await stored('Customer'))?.['y']).not.toBe(120), 15_000);
    expect(await stored('Checkout')).toEqual(before);
  });
});
