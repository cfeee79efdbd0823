/** Coming in, in a real browser against a real server. */
import { describe, expect, it } from 'vitest';
import { isSaved } from './diagram/hands.ts';
import { stage } from './stage.ts';
import { SOON } from './visitor.ts';

describe('WE1 coming in', () => {
  const on = stage();

  it('a link to a diagram leads through the sign-in to the diagram, and the browser has nothing to complain of', async () => {
    const diagram = await on.newDiagram('Linked');
    const { page, complaints } = await on.stranger(diagram);
    await page.getByRole('button', { name: 'Grace Hopper' }).click();
    await expect.poll(() => new URL(page.url()).pathname, SOON).toBe(diagram);
    await isSaved(page);
    expect(complaints).toEqual([]);
  });
});
