/** The page for those who do not see it well, or see it on a phone: axe, and the width of a phone, light and dark. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { stage } from './stage.ts';
import { addCell, peopleOn, SOON } from './visitor.ts';

const on = stage();

async function seriousFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

it('has no serious findings of axe and fits a phone, light and dark, signing in, at home, drawing and reading', async () => {
  const stranger = await on.stranger();
  await stranger.page.getByRole('button', { name: 'Ada Lovelace' }).waitFor();
  const home = await on.somebody('Grace Hopper');
  const [ada, alan] = (await on.together(await on.newDiagram('Looks'), 'Ada Lovelace', 'Alan Turing')) as [Page, Page];
  await addCell(ada, 'Looking glass');
  await expect.poll(() => peopleOn(ada), SOON).toHaveLength(2);
  for (const page of [stranger.page, home.page, ada, alan]) {
    await page.setViewportSize({ width: 375, height: 812 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await seriousFindings(page)).toEqual([]);
    }
    expect(await page.locator('html').evaluate((root) => root.scrollWidth - root.clientWidth)).toBe(0);
  }
});
