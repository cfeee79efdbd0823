/**
 * How evenly a canvas of 1,000 cells draws in a real Chromium while one drags, pans and zooms, and while somebody else
 * drags over the wire; all cells in view, and at full size. Beside it React Flow by itself, with the same cells, in the
 * same run. Prints the machine and the frame times in ms; 16.7 is 60 frames a second. It ends by itself.
 *
 *   npx node bench/web/main.ts [seconds]
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { createClient, putCell, type Client, type LiveDiagram, type Place } from '../../src/client/index.ts';
import { launchBrowser } from '../../test/web/browser.ts';
import { ensureWebApp } from '../../test/web/bundle.ts';
import { machine } from '../machine.ts';
import { cellsOfGrid, idAt, placeAt } from './grid.ts';
import { circle, drag, framesWhile, middleOf, selectBox, type Frames } from './hands.ts';

const seconds = Number(process.argv[2] ?? 4);
/** How often the other hand's places go over the wire, ms. */
const OTHER_EVERY = 50;
const WHEEL = 60;

type Move = (places: Record<string, { x: number; y: number }>) => Promise<unknown> | void;

await ensureWebApp();
const directory = await mkdtemp(join(tmpdir(), 'roundtable-bench-'));
const browser = await launchBrowser();
try {
  console.log(`${machine()}, Chromium ${browser.version()}, drawn without a graphics card`);
  console.log(`${cellsOfGrid().length} cells; ms for a frame, p50, p95, p99, and frames a second`);
  const ours = await measureOurs(browser);
  const theirs = await measureTheirs(browser);
  for (const what of Object.keys(ours)) {
    console.log(`\n${what}`);
    console.table({ Roundtable: ours[what], 'React Flow alone': theirs[what] });
  }
} finally {
  await browser.close();
  await rm(directory, { recursive: true, force: true });
}

async function measure(page: Page, move: Move): Promise<Record<string, Frames>> {
  const results: Record<string, Frames> = {};
  for (const zoomed of [false, true]) {
    if (zoomed) await zoomIn(page);
    const where = zoomed ? 'near' : 'all in view';
    const centre = await middleOf(page, 15, 10);
    await page.waitForTimeout(500);
    results[`nothing, ${where}`] = await framesWhile(page, () => page.waitForTimeout(1000));
    results[`dragging one, ${where}`] = await framesWhile(page, () => drag(page, seconds, 'left', centre));
    if (!zoomed) {
      await selectBox(page, [10, 19], [8, 12]);
      const held = await middleOf(page, 15, 10);
      results['dragging fifty, all in view'] = await framesWhile(page, () => drag(page, seconds, 'left', held));
      await page.mouse.click(10, 400);
    }
    const gap = await gapBeside(page);
    results[`panning, ${where}`] = await framesWhile(page, () => drag(page, seconds, 'middle', gap));
    results[`zooming, ${where}`] = await framesWhile(page, () => zoom(page));
    results[`somebody else drags twenty, ${where}`] = await framesWhile(page, () => otherHand(page, move));
  }
  return results;
}

/** A place without a node, beside the one in the middle. */
async function gapBeside(page: Page): Promise<{ x: number; y: number }> {
  const [one, other] = [await middleOf(page, 14, 11), await middleOf(page, 15, 12)];
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}

/** To about full size, around the middle. */
async function zoomIn(page: Page): Promise<void> {
  const { x, y } = await middleOf(page, 15, 10);
  await page.mouse.move(x, y);
  for (let count = 0; count < 12; count += 1) await page.mouse.wheel(0, -100);
  await page.waitForTimeout(500);
}

async function zoom(page: Page): Promise<void> {
  const { x, y } = await gapBeside(page);
  await page.mouse.move(x, y);
  let turns = 0;
  await circle(page, seconds, () => {
    turns += 1;
    return page.mouse.wheel(0, turns % 40 < 20 ? WHEEL : -WHEEL);
  });
}

async function otherHand(page: Page, move: Move): Promise<void> {
  const started = performance.now();
  for (let at = 0; performance.now() - started < seconds * 1000; at += 1) {
    const places: Record<string, { x: number; y: number }> = {};
    for (let column = 13; column < 18; column += 1) {
      for (let row = 8; row < 12; row += 1) {
        const { x, y } = placeAt(column, row);
        places[idAt(column, row)] = { x: x + Math.cos(at / 5) * 60, y: y + Math.sin(at / 5) * 60 };
      }
    }
    await move(places);
    await page.waitForTimeout(OTHER_EVERY);
  }
}

async function measureOurs(on: Browser): Promise<Record<string, Frames>> {
  const server = spawn(process.execPath, ['src/main.ts', 'dev'], {
    cwd: join(import.meta.dirname, '../..'),
    env: { PATH: process.env.PATH, PORT: '0', DATA_DIR: directory, LOG_LEVEL: 'fatal' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await addressOf(server.stdout);
    const { grace, place } = await diagramAt(url);
    const page = await on.newPage({ viewport: { width: 1600, height: 900 } });
    await page.goto(`${url}/threat-models/${place.threatModelId}/diagrams/${place.diagramId}`);
    await page.getByRole('button', { name: 'Ada Lovelace' }).click();
    await page.locator('.react-flow__node').nth(599).waitFor({ state: 'attached' });
    await page.locator('[data-saved="saved"]').waitFor();
    const other = grace.joinDiagram(place);
    await other.whenLive();
    const results = await measure(page, (places) => moveIn(other, places));
    other.leave();
    await page.close();
    return results;
  } finally {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill();
    await ended;
  }
}

function moveIn({ doc, cells }: LiveDiagram, places: Record<string, { x: number; y: number }>): void {
  doc.transact(() => {
    for (const [id, { x, y }] of Object.entries(places)) putCell(cells, { id, x, y });
  });
}

async function diagramAt(url: string): Promise<{ grace: Client; place: Place }> {
  const [ada, grace] = [await clientOf(url, 'ada'), await clientOf(url, 'grace')];
  const { data } = await ada.threatModels.list();
  const threatModelId = data[0]!.id;
  const { id: diagramId } = await ada.diagrams.create(threatModelId, { name: 'A thousand cells' });
  await ada.diagrams.replaceContent({ threatModelId, diagramId }, cellsOfGrid());
  return { grace, place: { threatModelId, diagramId } };
}

async function clientOf(url: string, name: string): Promise<Client> {
  const response = await fetch(`${url}/dev/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `${name}@example.com` }),
  });
  const { token } = (await response.json()) as { token: string };
  return createClient({ url, token });
}

async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(output)) {
    const [, url] = /running at (http:\S+)/.exec(line) ?? [];
    if (url) return url.replace(/\/$/, '');
  }
  throw new Error('the server did not start');
}

async function measureTheirs(on: Browser): Promise<Record<string, Frames>> {
  const folder = join(directory, 'peer');
  await build({
    root: join(import.meta.dirname, 'peer'),
    logLevel: 'error',
    mode: 'production',
    build: { outDir: folder, emptyOutDir: true, chunkSizeWarningLimit: 800 },
  });
  const http = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : request.url!;
    const type = path.endsWith('.js') ? 'text/javascript' : path.endsWith('.css') ? 'text/css' : 'text/html';
    readFile(join(folder, path)).then(
      (bytes) => response.writeHead(200, { 'content-type': type }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  try {
    const page = await on.newPage({ viewport: { width: 1600, height: 900 } });
    await page.goto(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`);
    await page.locator('.react-flow__node').nth(599).waitFor({ state: 'attached' });
    const results = await measure(page, (places) =>
      page.evaluate((moved) => (globalThis as unknown as { moveNodes: Move }).moveNodes(moved), places),
    );
    await page.close();
    return results;
  } finally {
    http.close();
  }
}
