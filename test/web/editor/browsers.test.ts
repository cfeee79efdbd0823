/** What browsers do in ways of their own on the canvas: the clipboard, the middle button, and a field that grows. */
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

  it('WE2 takes a press of the middle button for no paste, but in a field', async () => {
    const page = await ada((opened) =>
      opened.addInitScript(() => {
        const pressed: boolean[] = [];
        Object.assign(globalThis, { pressed });
        addEventListener('auxclick', ({ defaultPrevented }) => pressed.push(defaultPrevented));
      }),
    );
    const pressed = () => page.evaluate(() => (globalThis as unknown as { pressed: boolean[] }).pressed);
    const node = page.locator('[data-id="shop"]');
    await node.click({ button: 'middle' });
    await node.dblclick();
    await page.getByRole('textbox', { name: 'Label' }).click({ button: 'middle' });
    expect(await pressed()).toEqual([true, false]);
  });

  it('WE2 has a label field as high as what is written in it, also where a style sheet cannot say so', async () => {
    const page = await ada((opened) =>
      opened.addInitScript(() => {
        const { supports } = CSS;
        CSS.supports = (...words: [string]) => words[0] !== 'field-sizing' && supports.apply(CSS, words);
        const sheet = new CSSStyleSheet();
        sheet.replaceSync('textarea { field-sizing: fixed !important; }');
        document.adoptedStyleSheets.push(sheet);
      }),
    );
    await page.locator('[data-id="shop"]').dblclick();
    const field = page.getByRole('textbox', { name: 'Label' });
    const height = () => field.evaluate(({ clientHeight }) => clientHeight);
    const hidden = () => field.evaluate(({ clientHeight, scrollHeight }) => scrollHeight - clientHeight);
    const one = await height();
    await field.pressSequentially('What people buy');
    await field.press('Shift+Enter');
    await field.pressSequentially('on a Monday');
    expect(await hidden()).toBe(0);
    expect(await height()).toBeGreaterThan(one * 1.5);
    await field.fill('Shop');
    expect(await height()).toBe(one);
  });
});
