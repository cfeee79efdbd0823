/** GraphiQL in `dev`: a page that brings everything with it, works under its own security policy, and asks nobody else. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { within } from '../support/patience.ts';
import { newcomer } from '../support/people.ts';
import { launchBrowser } from '../web/browser.ts';

let app: TestApp;
let browser: Browser;
beforeAll(async () => {
  [app, browser] = await Promise.all([startApp(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await app.stop();
});

it('is shown in no frame, and asked for anew each time', async () => {
  const { headers } = await fetch(`${app.url}/graphql`, { headers: { accept: 'text/html' } });
  expect(headers.get('cache-control')).toBe('no-cache');
  for (const directive of ['base-uri', 'form-action', 'frame-ancestors'])
    expect(headers.get('content-security-policy')).toContain(`${directive} 'none'`);
});

it('sends a query with the token that it was given, and loads nothing from elsewhere', async () => {
  const person = await newcomer(app);
  const page = await (await browser.newContext()).newPage();
  const [elsewhere, complaints]: [string[], string[]] = [[], []];
  page.on('request', (request) => {
    if (!/^(blob:|data:)/.test(request.url()) && new URL(request.url()).origin !== new URL(app.url).origin)
      elsewhere.push(request.url());
  });
  page.on('console', (line) => {
    if (/content security policy/i.test(line.text())) complaints.push(line.text());
  });
  await page.goto(`${app.url}/graphql?query=${encodeURIComponent('{ me { email } }')}`);
  await page.getByRole('button', { name: 'Headers' }).click({ timeout: within(20_000) });
  await page.locator('.graphiql-editor-tool .view-lines:visible').click();
  await page.keyboard.press('Control+a');
  // The editor closes what is opened by itself.
  await page.keyboard.insertText(`{"authorization":"Bearer ${person.token}`);
  await page.getByRole('button', { name: /execute query/i }).click();
  await page
    .getByText(person.email)
    .first()
    .waitFor({ timeout: within(20_000) });
  expect(elsewhere).toEqual([]);
  expect(complaints).toEqual([]);
});
