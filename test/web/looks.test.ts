/**
 * What every page has to look like: no serious findings of axe, nothing cut at 375 px, in both looks and languages. That
 * initials and digits beside a name are no part of it is meant: they are decoration.
 */
import { gzipSync } from 'node:zlib';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { stage } from './stage.ts';
import { SOON } from './visitor.ts';

const assets = join(import.meta.dirname, '../../dist/web/assets');

describe('WE7 the looks', () => {
  const on = stage();

  async function judge(page: Page, what: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const { violations } = await new AxeBuilder({ page }).disableRules(['label-content-name-mismatch']).analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      const findings = serious.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
      );
      expect(findings, `${what}, ${colorScheme}`).toEqual([]);
    }
    await page.setViewportSize({ width: 375, height: 740 });
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    await expect.poll(width, { ...SOON, message: `${what} at 375 px` }).toBeLessThanOrEqual(375);
    await page.setViewportSize({ width: 1280, height: 800 });
  }

  it('signing in, home, workspaces, groups', async () => {
    const stranger = await on.stranger();
    await stranger.page.getByRole('button', { name: 'Ada Lovelace' }).waitFor();
    await judge(stranger.page, 'signing in');
    const { page, complaints } = await on.somebody('Ada Lovelace');
    await page.getByText('Demo diagram').waitFor();
    await judge(page, 'home');
    await page.getByRole('link', { name: 'Workspaces' }).click();
    await page.getByText('No workspaces yet').waitFor();
    await judge(page, 'workspaces');
    await page.getByRole('button', { name: /Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Polski' }).click();
    await page.getByText('Nie ma jeszcze workspace').waitFor();
    await judge(page, 'workspaces in Polish');
    expect(complaints).toEqual([]);
  });

  it('a diagram, drawing and reading, with its panels', async () => {
    const path = await on.newDiagram('Looks');
    const [ada, alan] = await on.together(path, 'Ada Lovelace', 'Alan Turing');
    await ada!.getByRole('button', { name: '2 people here' }).click();
    await judge(ada!, 'the people on a diagram');
    await judge(alan!, 'a diagram that is read');
    await ada!.getByRole('button', { name: 'History' }).click();
    await judge(ada!, 'the history');
  });

  it('the first load is under 300 KB, compressed', () => {
    const index = readFileSync(join(assets, '../index.html'), 'utf8');
    const first = readdirSync(assets).filter((file) => index.includes(file));
    const size = first.reduce((sum, file) => sum + gzipSync(readFileSync(join(assets, file))).byteLength, 0);
    expect(first.length).toBeGreaterThan(1);
    expect(size).toBeLessThan(300_000);
  });
});
