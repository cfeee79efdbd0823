/** Whoever goes to another page, in real browsers: a host while others are here, and with what is not saved anywhere. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { stage } from '../stage.ts';
import { SOON } from '../visitor.ts';
import { button, draw, gone, isSaved, seen } from './hands.ts';

const [ADA, GRACE] = ['Ada Lovelace', 'Grace Hopper'] as const;

describe('a host who goes', () => {
  const on = stage();

  it('CS7 a host who leaves is asked, and the session ends with them', async () => {
    const diagram = await on.newDiagram('Left');
    const [ada, grace] = (await on.together(diagram, ADA, GRACE)) as [Page, Page];
    await button(ada, '2 people here').waitFor(SOON);
    await ada.getByRole('link', { name: 'Back to all diagrams' }).click();
    await seen(ada, 'Leave and end the session?');
    await button(ada, 'Leave').click();
    await grace.getByText(/^Ada Lovelace left, and the session ended/).waitFor({ timeout: 60_000 });
    await button(grace, 'Start a new session').click();
    await button(grace, '1 person here').waitFor(SOON);
  });

  it('CS7 a host who goes by the Back button is asked once, and stays or goes', async () => {
    const diagram = await on.newDiagram('Gone back');
    const { page: ada } = await on.somebody(ADA);
    await ada.getByRole('link', { name: /Gone back/ }).click();
    await button(ada, '1 person here').waitFor(SOON);
    await on.together(diagram, GRACE);
    await button(ada, '2 people here').waitFor(SOON);
    const back = () => ada.evaluate(() => history.back());
    await back();
    await seen(ada, 'Leave and end the session?');
    await button(ada, 'Cancel').click();
    await gone(ada, 'Leave and end the session?');
    expect(new URL(ada.url()).pathname).toBe(diagram);
    await back();
    await seen(ada, 'Leave and end the session?');
    await button(ada, 'Leave').click();
    await expect.poll(() => new URL(ada.url()).pathname, SOON).toBe('/');
    await gone(ada, 'Leave and end the session?');
  });
});

/** As in some private windows. */
const keepNothing = (page: Page) =>
  page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
  });

describe('somebody whose device keeps nothing', () => {
  const on = stage();

  it('DO1 is told so, and asked before what is not saved is lost', async () => {
    const diagram = await on.newDiagram('Nowhere');
    const { page } = await on.somebody(ADA);
    await keepNothing(page);
    await page.goto(on.url + diagram);
    await button(page, '1 person here').waitFor(SOON);
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.dismiss();
    });
    await page.context().setOffline(true);
    await seen(page, 'This device is offline. What you draw is kept for as long as this page is open.');
    await draw(page, 'Store');
    await seen(page, 'Offline, 1 not saved');

    const back = page.getByRole('link', { name: 'Back to all diagrams' });
    await back.click();
    await seen(page, 'Leave without what is not saved?');
    await seen(page, /^1 change of yours is not saved, and this device keeps nothing\./);
    await button(page, 'Cancel').click();
    await gone(page, 'Leave without what is not saved?');
    await page.close({ runBeforeUnload: true });
    await expect.poll(() => asked, SOON).toEqual(['beforeunload']);

    await page.context().setOffline(false);
    await button(page, 'Try now')
      .click({ timeout: 2000 })
      .catch(() => {}); // it may have come back by itself
    await isSaved(page);
    await back.click();
    await expect.poll(() => new URL(page.url()).pathname, SOON).toBe('/');
    expect(await on.cellsAt(diagram)).toHaveLength(1);
  });

  it('WE4 is not told that it is kept here, when they may only read from now on', async () => {
    const diagram = await on.newDiagram('Not kept');
    await on.together(diagram, ADA);
    const { page } = await on.somebody(GRACE);
    await keepNothing(page);
    await page.goto(on.url + diagram);
    await button(page, '2 people here').waitFor(SOON);
    await draw(page, 'Process');
    await isSaved(page);
    await page.keyboard.type('Half a na');
    const grant = (email: string, role: string) => ({ subject_type: 'user', subject: `${email}@example.com`, role });
    await on.asAda('PUT', `/threat_models/${await on.demoModel()}/authorization`, [
      grant('ada', 'owner'),
      grant('grace', 'reader'),
      grant('alan', 'reader'),
    ]);
    await seen(page, '1 change was not saved and is kept for as long as this page is open.');
  });
});
