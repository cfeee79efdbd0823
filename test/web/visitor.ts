/** Somebody at the start page, in a browser window of their own. */
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { within } from '../support/patience.ts';

/** What another page shows comes a moment later; on a busy machine, several. */
export const SOON = { timeout: within(10_000) };

const EXECUTABLE = '/usr/bin/chromium';

export interface Visitor {
  page: Page;
  /** What the browser complained of: errors of the page, and what its security policy kept it from. */
  complaints: string[];
  leave(): Promise<void>;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Opens the page at an address. */
export async function visit(browser: Browser, url: string): Promise<Visitor> {
  const context = await browser.newContext({ colorScheme: 'light', viewport: { width: 1280, height: 800 } });
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
  await visitor.page.getByRole('button', { name }).click();
  await visitor.page.getByRole('button', { name: 'Sign out' }).or(visitor.page.locator('.saved')).waitFor();
  return visitor;
}

/** Opens a diagram from the home page, and waits until it has come. */
export async function openDiagram({ page }: Visitor, name: string): Promise<void> {
  await page.getByRole('link', { name }).click();
  await saved(page);
}

export async function saved(page: Page): Promise<void> {
  await page.getByText('Saved', { exact: true }).waitFor();
}

/** The people in the list of an open diagram, with what is said of each. */
export async function peopleOn(page: Page): Promise<string[]> {
  return (await page.locator('.people .who').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
}

/** The field with a cell's label. */
export function labelField(page: Page, text: string): Locator {
  return page.getByRole('textbox', { name: new RegExp(`^Label of \\w+ ${text}$`) });
}

export async function addCell(page: Page, text: string): Promise<void> {
  await page.getByLabel('Label', { exact: true }).fill(text);
  await page.getByRole('button', { name: 'Add' }).click();
  await labelField(page, text).waitFor();
}
