/** What stands in place of a diagram is seen and has the keys, whatever was open when it came; in real browsers. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { stage } from '../stage.ts';
import { SOON } from '../visitor.ts';
import { button, isSaved, seen } from './hands.ts';

const opened = {
  'a dialog': (page: Page) => button(page, 'Share').click(),
  'the list of keys': (page: Page) => page.locator('[data-canvas]').press('?'),
  'a menu': (page: Page) => button(page, 'More').click(),
};

describe('the end of a session', () => {
  const on = stage();

  const endedBy = async (page: Page) => {
    await button(page, 'More').press('Enter');
    await page.getByRole('menuitem', { name: 'End session' }).press('Enter');
    await page.getByRole('dialog').waitFor(SOON);
  };
  const isOnTop = (what: Locator) =>
    what.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    });
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent);

  it.each(Object.entries(opened))('WE4 is not hidden by %s', async (_, open) => {
    const diagram = await on.newDiagram('Ended');
    const [ada, grace] = (await on.together(diagram, 'Ada Lovelace', 'Grace Hopper')) as [Page, Page];
    await button(ada, '2 people here').waitFor(SOON);
    await isSaved(grace);
    await open(grace);
    const floating = grace.locator('[role="dialog"], [role="menu"]');
    await floating.waitFor(SOON);
    await endedBy(ada);
    await button(ada, 'End for everybody').click();

    const title = grace.getByRole('heading', { name: 'The session has ended' });
    await title.waitFor(SOON);
    expect(await isOnTop(title)).toBe(true);
    expect(await isOnTop(floating)).toBe(false);
    expect(await focused(grace)).toBe('The session has ended');
    await grace.keyboard.press('Tab');
    expect(await focused(grace)).toBe('Start a new session');
    await grace.keyboard.press('Enter');
    await title.waitFor({ ...SOON, state: 'detached' });
    await isSaved(grace);
    // What is open again has the keys again.
    const hasKeys = await grace.evaluate(() => {
      const floats = document.querySelector('[role="dialog"], [role="menu"]');
      return floats === null || floats.contains(document.activeElement);
    });
    expect(hasKeys).toBe(true);
  });

  it('WE4 takes back the question whether to leave it', async () => {
    const diagram = await on.newDiagram('Leaving');
    const [ada] = (await on.together(diagram, 'Ada Lovelace', 'Grace Hopper')) as [Page];
    await button(ada, '2 people here').waitFor(SOON);
    await ada.getByRole('link', { name: 'Back to all diagrams' }).click();
    await seen(ada, 'Leave and end the session?');
    const path = diagram.replace('threat-models', 'threat_models');
    await on.asAda('DELETE', `${path}/collaborate`);
    await ada.getByRole('heading', { name: 'The session has ended' }).waitFor(SOON);
    await ada.getByRole('dialog').waitFor({ ...SOON, state: 'detached' });
  });

  it('WE5 the focus comes back after the question whether to end it', async () => {
    const [ada] = (await on.together(await on.newDiagram('Goes on'), 'Ada Lovelace')) as [Page];
    await isSaved(ada);
    await endedBy(ada);
    await ada.keyboard.press('Escape');
    await ada.getByRole('dialog').waitFor({ ...SOON, state: 'detached' });
    const name = () => ada.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    await expect.poll(name, SOON).toBe('More');
  });
});
