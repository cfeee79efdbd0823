/** A browser that withholds what it gives to secure addresses only, as over plain http from another machine. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { stage } from '../stage.ts';
import { SOON } from '../visitor.ts';
import { between, button, draw, drawRefused, isSaved, nodes } from './hands.ts';

const REFUSED = 'This browser does not let the page copy. Select the text and copy it.';

/** To be called before the page is opened. */
const withhold = (page: Page) =>
  page.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined });
    Object.defineProperty(Crypto.prototype, 'randomUUID', { value: undefined });
  });

describe('a diagram at an address that is not secure', () => {
  const on = stage();

  it('WE2 WE5 is drawn on, and its link is shown where it cannot be copied', async () => {
    const diagram = await on.newDiagram('Plain');
    const { page } = await on.somebody('Ada Lovelace');
    await withhold(page);
    await page.goto(on.url + diagram);
    await isSaved(page);
    await draw(page, 'Actor');
    await draw(page, 'Store');
    await nodes(page, 2);
    await isSaved(page);
    const ids = (await on.cellsAt(diagram)).map(({ id }) => id);
    expect(ids).toEqual([
      expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
      ids[1],
    ]);
    await page.keyboard.press('Escape');
    await button(page, 'Share').click();
    await button(page, 'Copy the link').click();
    await expect.poll(() => page.getByLabel(REFUSED).inputValue(), SOON).toBe(on.url + diagram);
  });

  it('WE4 what the server refuses is shown where it cannot be copied', async () => {
    const diagram = await on.newDiagram('Refused plainly');
    const { page } = await on.somebody('Ada Lovelace');
    await withhold(page);
    const way = await between(page);
    await page.goto(on.url + diagram);
    await isSaved(page);
    await drawRefused(page, way, 'Store');
    await button(page, 'Copy my unsaved changes').click();
    const shown = await page.getByLabel(REFUSED).inputValue();
    expect(JSON.parse(shown).cells).toMatchObject([{ shape: 'store' }]);
  });
});
