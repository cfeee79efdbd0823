/** What browsers do in ways of their own on the canvas: where the clipboard goes. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { button, isSaved, nodes } from '../diagram/hands.ts';
import { stage } from '../stage.ts';
import { SOON } from '../visitor.ts';

const shop = { id: 'shop', shape: 'process', x: 0, y: 0, width: 140, height: 60, label: 'Shop', z: 1 };

describe('the canvas', () => {
  const on = stage();

  /** Ada at a diagram with one node. @param prepare what is done to the page before it is opened */
  async function ada(prepare: (page: Page) => Promise<unknown>): Promise<Page> {
    const path = await on.newDiagram('Browsers');
    await on.asAda('PUT', `${path.replace('threat-models', 'threat_models')}/content`, { cells: [shop] });
    const { page } = await on.somebody('Ada Lovelace');
    await prepare(page);
    await page.goto(on.url + path);
    await isSaved(page);
    await nodes(page, 1);
    return page;
  }

  it('WE2 has the clipboard when it has the focus, whatever text is selected elsewhere, by mouse and by keys', async () => {
    const page = await ada((opened) => opened.context().grantPermissions(['clipboard-read', 'clipboard-write']));
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await button(page, 'Chat').click();
    const words = page.getByText('No conversation yet');
    await words.waitFor(SOON);

    await words.dblclick();
    expect(await page.evaluate(() => String(getSelection()).trim())).not.toBe('');
    await page.locator('[data-id="shop"]').click();
    await page.keyboard.press('Control+c');
    await expect.poll(clipboard, SOON).toContain('"Shop"');
    await page.keyboard.press('Control+v');
    await nodes(page, 2);
    await page.keyboard.press('Control+x');
    await nodes(page, 1);

    await words.dblclick();
    await page.keyboard.press('Control+c');
    await expect.poll(clipboard, SOON).not.toContain('"Shop"');
    await page.locator('[data-canvas]').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+x');
    await nodes(page, 0);
    expect(await clipboard()).toContain('"Shop"');
  });
});
