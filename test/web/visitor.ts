/** Somebody at the start page, in a browser window of their own. */
import type { Browser, Page } from 'playwright-core';
import { within } from '../support/patience.ts';

/** What another page shows comes a moment later; on a busy machine, several. */
export const SOON = { timeout: within(10_000) };

export interface Visitor {
  page: Page;
  /** What the browser complained of: errors of the page, and what its security policy kept it from. */
  complaints: string[];
  leave(): Promise<void>;
}

/** Opens the page at an address. */
export async function visit(browser: Browser, url: string): Promise<Visitor> {
  const context = await browser.newContext({
    colorScheme: 'light',
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
  });
  context.setDefaultTimeout(SOON.timeout);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (line) => {
    if (line.type() === 'error' || line.type() === 'warning') complaints.push(line.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, complaints, leave: () => context.close() };
}

/** Signs in with the card of a demo person. */
export async function visitAs(browser: Browser, url: string, name: string): Promise<Visitor> {
  const visitor = await visit(browser, url);
  await visitor.page.getByRole('button', { name, exact: true }).click();
  await visitor.page.getByRole('button', { name, exact: true }).waitFor({ state: 'detached' });
  return visitor;
}
