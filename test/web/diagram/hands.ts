/** What people do on the page of a diagram, and what they wait to see there. */
import type { Page, WebSocketRoute } from 'playwright-core';
import { expect } from 'vitest';
import { SOON } from '../visitor.ts';

export const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

export const seen = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor(SOON);

export const gone = (page: Page, text: string | RegExp) =>
  expect.poll(() => page.getByText(text).count(), SOON).toBe(0);

export const isSaved = (page: Page) =>
  expect.poll(() => page.locator('[data-saved]').getAttribute('data-saved'), SOON).toBe('saved');

export const nodes = (page: Page, count: number) =>
  expect.poll(() => page.locator('.react-flow__node').count(), SOON).toBe(count);

export const draw = (page: Page, shape: string) =>
  page.getByRole('toolbar', { name: 'Shapes' }).getByRole('button', { name: shape }).click();

/** That what is not saved is on this device: a page that goes away at once may not have written it yet. */
export const isKept = (page: Page) => expect.poll(() => page.evaluate(unsavedOnDevice), SOON).toBeGreaterThan(0);

/** What the browser has kept, once everything that was to be written before has been. Runs in the page. */
async function unsavedOnDevice(): Promise<number> {
  const name = (await indexedDB.databases()).find((database) => database.name?.startsWith('roundtable '))?.name;
  if (name === undefined) return 0;
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name);
    opening.addEventListener('error', () => reject(opening.error!));
    opening.addEventListener('success', () => {
      const database = opening.result;
      const transaction = database.transaction(['updates', 'custom']);
      const reading: IDBRequest<number[]> = transaction.objectStore('custom').getAll();
      transaction.addEventListener('complete', () => {
        database.close();
        resolve(reading.result.reduce((sum, count) => sum + count, 0));
      });
    });
  });
}

/** What somebody in between does. */
interface Way {
  silent: boolean;
  refuse(): void;
}

/** The way to the server, with somebody in between: what the page says may be kept from it, or refused. */
export async function between(page: Page): Promise<Way> {
  let socket: WebSocketRoute;
  const way = { silent: false, refuse: () => void socket.close({ code: 4400 }) };
  await page.routeWebSocket(/\/ws$/, (opened) => {
    socket = opened;
    const server = opened.connectToServer();
    opened.onMessage((message) => {
      if (!way.silent) server.send(message);
    });
  });
  return way;
}

/** Draws something that the server then refuses. */
export async function drawRefused(page: Page, way: Way, shape: string): Promise<void> {
  way.silent = true;
  await draw(page, shape);
  await page.keyboard.press('Escape');
  await isKept(page);
  way.refuse();
  await seen(page, 'The server could not take a change');
}
