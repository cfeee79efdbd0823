/** What a drag costs: the cell that moves and the edges that hang on it are rendered, and of the others none. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { renderedWhile, watchRendering } from '../rendered.ts';
import { stage } from '../stage.ts';
import { SOON } from '../visitor.ts';

const cells = Array.from({ length: 12 }, (_, index) => ({
  id: `n${index}`,
  shape: 'process',
  x: (index % 4) * 220,
  y: Math.floor(index / 4) * 140,
  width: 120,
  height: 60,
  label: `Cell ${index}`,
  z: 1,
}));
const edges = [0, 1, 2, 4, 5, 6].map((from) => ({
  id: `e${from}`,
  shape: 'flow',
  source: { cell: `n${from}` },
  target: { cell: `n${from + 1}` },
  z: 2,
}));
const ours = new Set([...cells, ...edges].map(({ id }) => id));

describe('a drag', () => {
  const on = stage();
  const cellsRendered = async (page: Page, work: () => Promise<void>) =>
    [...(await renderedWhile(page, work))].filter((id) => ours.has(id)).sort();

  it('renders only what moves and the edges that hang on it, here and where others see it', async () => {
    const path = await on.newDiagram('Many');
    await on.asAda('PUT', `${path.replace('threat-models', 'threat_models')}/content`, { cells: [...cells, ...edges] });
    const [ada, grace] = (await Promise.all(['Ada Lovelace', 'Grace Hopper'].map((name) => on.somebody(name)))).map(
      ({ page }) => page,
    );
    for (const page of [ada!, grace!]) {
      await watchRendering(page);
      await page.goto(on.url + path);
      await page.getByText('Cell 11').waitFor();
      await page.locator('[data-saved="saved"]').waitFor();
    }
    const held = ada!.locator('[data-id="n5"]');
    const { x, y } = (await held.boundingBox())!;
    await ada!.mouse.move(x + 20, y + 20);
    await ada!.mouse.down();
    await ada!.mouse.move(x + 20, y + 40);
    await grace!.locator('[data-id="n5"] [data-outlined="true"]').waitFor();

    const seen = cellsRendered(grace!, async () => {
      const here = await cellsRendered(ada!, () => ada!.mouse.move(x + 20, y + 80, { steps: 10 }));
      expect(here).toEqual(['e4', 'e5', 'n5']);
      const placeOf = async (page: Page) => (await page.locator('[data-id="n5"]').boundingBox())!.y;
      const aim = await placeOf(ada!);
      await expect.poll(() => placeOf(grace!), SOON).toBeCloseTo(aim, 0);
    });
    expect(await seen).toEqual(['e4', 'e5', 'n5']);
    await ada!.mouse.up();
  });
});
