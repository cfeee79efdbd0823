/** The bends of an edge in the hand: a fresh one, one that is there, and under a label. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { isSaved } from '../diagram/hands.ts';
import { stage } from '../stage.ts';
import { SOON } from '../visitor.ts';

const node = (id: string, x: number, y: number) => ({
  id,
  shape: 'process',
  x,
  y,
  width: 140,
  height: 60,
  label: id,
  z: 1,
});
/** Straight, and in the middle of it (270, 30). */
const edge = { id: 'edge', shape: 'flow', source: { cell: 'left' }, target: { cell: 'right' }, z: 2 };

describe('WE2 a bend', () => {
  const on = stage();

  /** Ada at a diagram with one edge. */
  async function ada(more: object) {
    const path = await on.newDiagram('Bends');
    const cells = [node('left', 0, 0), node('right', 400, 0), node('below', 0, 300), { ...edge, ...more }];
    await on.asAda('PUT', `${path.replace('threat-models', 'threat_models')}/content`, { cells });
    const [page] = (await on.together(path, 'Ada Lovelace')) as [Page];
    await page.locator('.react-flow__edge').waitFor();
    await isSaved(page);
    /** Where a place of the diagram is on the screen. */
    const at = async (x: number, y: number): Promise<[number, number]> => {
      const box = (await page.locator('[data-id="left"]').boundingBox())!;
      return [box.x + (x * box.width) / 140, box.y + (y * box.width) / 140];
    };
    const drag = async (from: [number, number], to: [number, number]) => {
      await page.mouse.move(...(await at(...from)));
      await page.mouse.down();
      await page.mouse.move(...(await at(...to)), { steps: 4 });
      await page.mouse.up();
    };
    return {
      page,
      drag,
      click: async (x: number, y: number) => page.mouse.click(...(await at(x, y))),
      doubleClick: async (x: number, y: number) => page.mouse.dblclick(...(await at(x, y))),
      field: page.getByRole('textbox', { name: 'Label' }),
      bendsAre: (vertices: { x: number; y: number }[]) =>
        expect
          .poll(async () => (await on.cellsAt(path)).find(({ id }) => id === 'edge').vertices ?? [], SOON)
          .toEqual(vertices),
    };
  }

  it('is taken in hand at its middle: a fresh one, and one that is there; a double click takes it away', async () => {
    const { page, drag, click, doubleClick, field, bendsAre } = await ada({});
    await click(170, 30);
    await drag([270, 30], [270, 130]);
    await bendsAre([{ x: 270, y: 130 }]);
    await drag([270, 130], [300, 160]);
    await bendsAre([{ x: 300, y: 160 }]);
    await doubleClick(300, 160);
    await bendsAre([]);
    expect(await field.count()).toBe(0);
    await page.keyboard.press('Control+z');
    await bendsAre([{ x: 300, y: 160 }]);
  });

  it('lies on a line that is seen to be selected, as its head is', async () => {
    const { page, click } = await ada({});
    await click(170, 30);
    await page.locator('.react-flow__edge [data-selected="true"]').waitFor();
    const colours = await page.locator('.react-flow__edge').evaluate((drawn) => {
      const [line, , head] = [...drawn.querySelectorAll('path')].map((path) => getComputedStyle(path));
      return { line: line!.stroke, head: head!.fill };
    });
    expect(colours.line).toBe(colours.head);
  });

  it('is left by a hand that only trembles, and by a double click that began beside it, which opens the label', async () => {
    const { page, drag, click, doubleClick, field, bendsAre } = await ada({});
    await click(170, 30);
    await drag([270, 28], [270, 30]);
    await doubleClick(270, 30);
    await field.waitFor();
    await page.keyboard.press('Escape');
    await drag([270, 30], [270, 130]);
    await bendsAre([{ x: 270, y: 130 }]);

    await page.keyboard.press('Escape');
    await doubleClick(270, 130);
    await field.waitFor();
    await bendsAre([{ x: 270, y: 130 }]);
  });

  it('of an edge with a label is not covered by it', async () => {
    const { page, drag, click, field, bendsAre } = await ada({ label: 'card number' });
    const label = page.locator('[data-edge-label="edge"]');
    await label.click();
    await drag([270, 30], [270, 130]);
    await bendsAre([{ x: 270, y: 130 }]);
    await drag([270, 130], [270, 160]);
    await bendsAre([{ x: 270, y: 160 }]);
    await label.dblclick();
    await field.waitFor();
    await page.keyboard.press('Escape');

    await click(270, 300);
    const { y, height } = (await label.boundingBox())!;
    await label.dblclick();
    await field.waitFor();
    await bendsAre([{ x: 270, y: 160 }]);
    // At rest it lies on the line.
    const left = (await page.locator('[data-id="left"]').boundingBox())!;
    expect(y + height / 2).toBeCloseTo(left.y + (160 * left.width) / 140, 0);
  });
});
