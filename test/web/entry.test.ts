/** Coming in, and what is there when a page cannot be shown, in a real browser against a real server. */
import { describe, expect, it } from 'vitest';
import { button, isSaved, seen } from './diagram/hands.ts';
import { stage } from './stage.ts';
import { SOON } from './visitor.ts';

describe('coming in', () => {
  const on = stage();

  it('WE1 a link to a diagram leads through the sign-in to the diagram, and the browser has nothing to complain of', async () => {
    const diagram = await on.newDiagram('Linked');
    const { page, complaints } = await on.stranger(diagram);
    await page.getByRole('button', { name: 'Grace Hopper' }).click();
    await expect.poll(() => new URL(page.url()).pathname, SOON).toBe(diagram);
    await isSaved(page);
    expect(complaints).toEqual([]);
  });

  it('WE5 a part of the page that is not there any more is told of, with ways on, in both languages', async () => {
    const { page } = await on.somebody('Ada Lovelace');
    await page.route(/workspaces-page/, (route) => route.fulfill({ status: 404 }));
    await page.getByRole('link', { name: 'Workspaces' }).click();
    await seen(page, 'This page could not be shown');
    await button(page, 'Try again').click();
    await seen(page, 'This page could not be shown');
    await page.evaluate(() => localStorage.setItem('roundtable.language', 'pl'));
    await page.reload();
    await seen(page, 'Nie udało się pokazać tej strony');
    await page.getByRole('link', { name: 'Strona główna' }).click();
    await button(page, 'Nowy diagram').first().waitFor(SOON);
    await page.unroute(/workspaces-page/);
    await page.getByRole('link', { name: 'Workspace' }).click();
    await button(page, 'Nowy workspace').waitFor(SOON);
  });
});
