/** The SDK in a browser: React's hooks in strict mode, and edits that outlive a page without a connection. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listCells, putCell } from '../../src/client/index.ts';
import { useDiagram, useSaved } from '../../src/client/react/index.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/patience.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { launchBrowser } from '../web/browser.ts';
import type { PageWindow, Shown, Start } from './page/page.ts';
import { becomes, joined, node, table, tokenOf, type Table } from './stage.ts';

let app: TestApp;
let proxy: TcpProxy;
let browser: Browser;
let site: Server;
let home: string;
let stage: Table;
let page: Page;
let sockets: number;

beforeAll(async () => {
  const [script, launched] = await Promise.all([bundle(), launchBrowser()]);
  browser = launched;
  // A site of its own, so that the page comes even while the server cannot be reached.
  site = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  home = `http://localhost:${(site.address() as AddressInfo).port}`;
  app = await startApp({ environment: { ALLOWED_ORIGINS: home } });
  proxy = await startTcpProxy(app.url);
});
afterAll(async () => {
  await browser.close();
  site.close();
  await proxy.stop();
  await app.stop();
});
beforeEach(async () => {
  stage = await table(app, ['ada', 'grace']);
  page = await openPage();
});
afterEach(() => page.context().close());

async function bundle(): Promise<string> {
  const result = await build({
    root: join(import.meta.dirname, 'page'),
    configFile: false,
    logLevel: 'warn',
    define: { 'process.env.NODE_ENV': '"development"' }, // strict mode does its work only there
    resolve: { dedupe: ['yjs', 'lib0', 'y-protocols'] },
    build: {
      write: false,
      minify: false,
      lib: { entry: join(import.meta.dirname, 'page/page.ts'), formats: ['es'] },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const [{ output }] = result as unknown as [{ output: { code: string }[] }];
  return output[0]!.code;
}

async function openPage(): Promise<Page> {
  const context = await browser.newContext();
  const opened = await context.newPage();
  sockets = 0;
  opened.on('websocket', () => (sockets += 1));
  await opened.goto(home);
  return opened;
}

/** Grace opens the page. */
async function start(more: Partial<Start> = {}): Promise<void> {
  const options: Start = {
    url: proxy.through(app.url),
    token: tokenOf(stage.people[1]!.email),
    place: stage.place,
    conversation: null,
    offline: false,
    ...more,
  };
  await page.waitForFunction(() => 'start' in window);
  await page.evaluate((given) => (window as unknown as PageWindow).start(given), options);
}

const shown = async (): Promise<Shown> => JSON.parse((await page.locator('#shown').textContent()) ?? '{}');

/** Waits until the page shows this. */
const shows = (wanted: Partial<Shown>) => eventually(async () => expect(await shown()).toMatchObject(wanted), 20_000);

const put = (id: string) => page.evaluate((cell) => (window as unknown as PageWindow).put(cell), node(id));

/** Resolves once the device has written what the page has kept by now: transactions follow each other. */
const written = () =>
  page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) {
      await new Promise<void>((resolve) => {
        const opening = indexedDB.open(name!);
        opening.onsuccess = () => {
          const { result: database } = opening;
          const done = () => (database.close(), resolve());
          const stores = [...database.objectStoreNames];
          if (stores.length === 0) done();
          else database.transaction(stores, 'readwrite').oncomplete = done;
        };
      });
    }
  });

it('SD2 content as JSON and as Yjs state is each what was asked for, whatever the browser keeps of the other', async () => {
  await stage.people[0]!.client.diagrams.replaceContent(stage.place, [node('shop')]);
  await start();
  await shows({ status: 'live' });
  const read = await page.evaluate(async (place) => {
    const { diagrams } = (window as unknown as PageWindow).client;
    const [json, state] = [await diagrams.content(place), await diagrams.state(place)];
    return [json.cells.length, state.constructor.name, (await diagrams.content(place)).cells.length];
  }, stage.place);
  expect(read).toEqual([1, 'Uint8Array', 1]);
});

describe('SD7 the hooks, in strict mode', () => {
  it('show the session and its content as it goes on, over one connection', async () => {
    const ada = await joined(stage.people[0]!.client, stage.place);
    await start();
    await shows({ status: 'live', people: ['ada', 'grace'], hosting: false, presenter: 'ada', saved: true });
    expect(sockets).toBe(1);
    putCell(ada.cells, node('shop'));
    ada.setCursor({ x: 1, y: 1 });
    await shows({ cells: ['shop'], others: ['ada'] });
    await put('bank');
    await becomes(() => listCells(ada.cells).length, 2);
    await shows({ saved: true, unsavedChanges: 0, cells: ['bank', 'shop'] });
    ada.givePresenter(stage.people[1]!.email);
    await shows({ presenter: 'grace' });
  });

  it('render only what has changed', async () => {
    await joined(stage.people[0]!.client, stage.place);
    await start();
    await shows({ status: 'live', people: ['ada', 'grace'] });
    const renders = () => page.evaluate(() => (window as unknown as PageWindow).renders.people);
    const before = await renders();
    await put('shop');
    await shows({ saved: true, cells: ['shop'] });
    expect(await renders()).toBe(before);
  });

  it('leave when the component goes, and change to another diagram', async () => {
    const ada = await joined(stage.people[0]!.client, stage.place);
    await start();
    await becomes(() => ada.participants.length, 2);
    const other = await stage.people[0]!.client.diagrams.create(stage.place.threatModelId, { name: 'Another' });
    await page.evaluate((place) => (window as unknown as PageWindow).go(place), {
      ...stage.place,
      diagramId: other.id,
    });
    await shows({ status: 'live', people: ['grace'], hosting: true });
    await becomes(() => ada.participants.length, 1);
    await page.evaluate(() => (window as unknown as PageWindow).stop());
    await eventually(async () => expect((await stage.people[0]!.client.sessions.mine()).length).toBe(2));
    const place = { ...stage.place, diagramId: other.id };
    await eventually(async () => {
      const { attendance } = await stage.people[0]!.client.sessions.get(place);
      expect(attendance.every(({ left_at }) => left_at !== null)).toBe(true);
    }, 10_000);
  });

  it('show a conversation: what was said before, is said now, and was missed', async () => {
    const { client } = stage.people[0]!;
    const { number } = await stage.people[1]!.client.me();
    const { id } = await client.conversations.create({ title: 'Review' });
    await client.conversations.addParticipant(id, { user_id: number });
    await client.conversations.send(id, 'before');
    await start({ conversation: id });
    await shows({ conversation: 'live', said: ['before'] });
    await client.conversations.send(id, 'now');
    await shows({ said: ['before', 'now'] });
    await page.evaluate(() => (window as unknown as PageWindow).say('mine'));
    await shows({ said: ['before', 'now', 'mine'] });
    await proxy.cut();
    await shows({ conversation: 'reconnecting' });
    await client.conversations.send(id, 'missed');
    await proxy.mend();
    await shows({ conversation: 'live', said: ['before', 'now', 'mine', 'missed'] });
  });

  it('render on a server too, where nothing is open', () => {
    const Saved = () =>
      createElement('p', {}, String(useSaved(useDiagram(stage.people[0]!.client, stage.place)).saved));
    expect(renderToString(createElement(Saved))).toBe('<p>true</p>');
  });
});

describe('SD5 without a connection', () => {
  it('edits outlive the page, are shown as unsaved, and are saved once there is one', async () => {
    await start({ offline: true });
    await shows({ status: 'live' });
    await put('saved');
    await shows({ saved: true, cells: ['saved'] });
    await proxy.cut();
    await shows({ status: 'reconnecting' });
    for (const id of ['one', 'two']) await put(id);
    await shows({ saved: false, unsavedChanges: 2 });
    const before = await page.evaluate(() => (window as unknown as PageWindow).diagram!.doc.clientID);

    await page.reload();
    await start({ offline: true });
    await shows({ saved: false, unsavedChanges: 2, cells: ['one', 'saved', 'two'] });
    // Two pages that shared a Yjs client id would diverge.
    expect(await page.evaluate(() => (window as unknown as PageWindow).diagram!.doc.clientID)).not.toBe(before);
    await put('three');
    await shows({ unsavedChanges: 3 });

    await proxy.mend();
    await page.evaluate(() => (window as unknown as PageWindow).diagram!.retry());
    await shows({ status: 'live', saved: true, unsavedChanges: 0 });
    const { cells } = await stage.people[0]!.client.diagrams.content(stage.place);
    expect(cells.map(({ id }) => id)).toEqual(['one', 'saved', 'three', 'two']);

    await page.reload();
    await start({ offline: true });
    await shows({ status: 'live', saved: true, unsavedChanges: 0 });
  });

  it('of several pages is counted by each, and each saves its own', async () => {
    const [first, second] = [page, await page.context().newPage()];
    await second.goto(home);
    for (page of [first, second]) {
      await start({ offline: true });
      await shows({ status: 'live', keptHere: true });
    }
    await proxy.cut();
    await shows({ status: 'reconnecting' });
    await put('of-second');
    await shows({ unsavedChanges: 1 });
    page = first;
    await shows({ status: 'reconnecting' });
    for (const id of ['one', 'two', 'three']) await put(id);
    await shows({ unsavedChanges: 3 });

    // Another one has what both have drawn by then, and saves it; what is drawn after that is not among it.
    const third = await page.context().newPage();
    page = third;
    await page.goto(home);
    await start({ offline: true });
    await shows({ unsavedChanges: 4, cells: ['of-second', 'one', 'three', 'two'] });
    page = first;
    await put('four');
    await shows({ unsavedChanges: 4 });
    await written();
    await Promise.all([first.close(), second.close()]);
    await proxy.mend();
    page = third;
    await page.evaluate(() => (window as unknown as PageWindow).diagram!.retry());
    await shows({ status: 'live', saved: true });
    const { cells } = await stage.people[0]!.client.diagrams.content(stage.place);
    expect(cells.map(({ id }) => id)).toEqual(['of-second', 'one', 'three', 'two']);

    await written();
    await proxy.cut();
    await page.reload();
    await start({ offline: true });
    await shows({ saved: false, unsavedChanges: 4, cells: ['four', 'of-second', 'one', 'three', 'two'] });
    await proxy.mend();
    await page.evaluate(() => (window as unknown as PageWindow).diagram!.retry());
    await shows({ status: 'live', saved: true });
    await written();
    await proxy.cut();
    await page.reload();
    await start({ offline: true });
    await shows({
      status: 'reconnecting',
      saved: true,
      keptHere: true,
      cells: ['four', 'of-second', 'one', 'three', 'two'],
    });
    await proxy.mend();
  });

  it('a browser that says it is offline is believed, and when it is back it connects at once', async () => {
    await start();
    await shows({ status: 'live' });
    await page.context().setOffline(true);
    await shows({ status: 'reconnecting' });
    await put('kept');
    await shows({ saved: false, unsavedChanges: 1 });
    await page.context().setOffline(false);
    await shows({ status: 'live', saved: true });
  });

  it('what is kept on the device is removed when somebody says so, and is nobody else’s', async () => {
    await start({ offline: true });
    await shows({ status: 'live' });
    await put('mine');
    await shows({ saved: true });
    await proxy.cut();

    await page.reload();
    await start({ offline: true, token: tokenOf('somebody-else@firm.example') });
    await shows({ status: 'reconnecting', cells: [] });

    await page.reload();
    await start({ offline: true });
    await shows({ cells: ['mine'] });
    await page.evaluate(() => (window as unknown as PageWindow).diagram!.leave({ forget: true }));
    await page.reload();
    await start({ offline: true });
    await shows({ status: 'reconnecting', cells: [] });
    await proxy.mend();
  });

  it('what one page removes from the device is gone, and another page that has it open goes on editing and saving', async () => {
    await start({ offline: true });
    await shows({ status: 'live' });
    await put('one');
    await shows({ saved: true, cells: ['one'] });
    const [first, second] = [page, await page.context().newPage()];
    page = second;
    await page.goto(home);
    await start({ offline: true });
    await shows({ status: 'live', cells: ['one'] });
    await page.evaluate(() => (window as unknown as PageWindow).diagram!.leave({ forget: true }));

    page = first;
    await put('two');
    await shows({ status: 'live', saved: true, cells: ['one', 'two'] });
    await proxy.cut();
    await page.reload();
    await start({ offline: true });
    await shows({ status: 'reconnecting', cells: [] });
    await proxy.mend();
  });
});
