/** Fingers on the canvas: what one is not meant to move it looks around over. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { isSaved } from '../diagram/hands.ts';
import { stage } from '../stage.ts';
import { SOON } from '../visitor.ts';

const cells = [
  { id: 'zone', shape: 'boundary', x: 0, y: 0, width: 600, height: 400, label: 'Everything', z: 1 },
  { id: 'inside', shape: 'process', x: 400, y: 300, width: 140, height: 60, label: 'Inside', z: 2, parent: 'zone' },
];

const still = { x: 0, y: 0 };

/** Fingers that begin at points, move to others in a few steps, and lift. */
async function fingersOn(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 2 });
  await page.reload();
  type Points = { x: number; y: number }[];
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: Points) =>
    devtools.send('Input.dispatchTouchEvent', { type, touchPoints: points.map((point, id) => ({ ...point, id })) });
  return async (from: Points, by: Points): Promise<void> => {
    for (const [index] of from.entries()) await touch('touchStart', from.slice(0, index + 1));
    for (const part of [0.25, 0.5, 0.75, 1]) {
      const at = from.map(({ x, y }, index) => ({ x: x + by[index]!.x * part, y: y + by[index]!.y * part }));
      await touch('touchMove', at);
    }
    await touch('touchEnd', []);
  };
}

describe('a finger', () => {
  const on = stage();

  it('WE2 looks around over what is not selected, and moves what is; the mouse beside it drags at once', async () => {
    const path = await on.newDiagram('In one boundary');
    await on.asAda('PUT', `${path.replace('threat-models', 'threat_models')}/content`, { cells });
    const [ada] = (await on.together(path, 'Ada Lovelace')) as [Page];
    const move = await fingersOn(ada);
    await isSaved(ada);
    const at = async (id: string, dx: number, dy: number) => {
      const { x, y } = (await ada.locator(`.react-flow__node[data-id="${id}"]`).boundingBox())!;
      return { x: x + dx, y: y + dy };
    };
    const styleOf = (selector: string) => () => ada.locator(selector).first().getAttribute('style');
    const view = styleOf('.react-flow__viewport');
    const [zone, inside] = ['zone', 'inside'].map((id) => styleOf(`.react-flow__node[data-id="${id}"]`));
    const places = async () => [await zone!(), await inside!()];
    const before = await places();

    for (const id of ['zone', 'inside']) {
      const seen = await view();
      await move([await at(id, 20, 20)], [{ x: 40, y: -30 }]);
      await expect.poll(view, SOON).not.toBe(seen);
    }
    const zoom = async () => /scale\(([^)]+)\)/.exec((await view())!)![1];
    const zoomed = await zoom();
    const [one, other] = [await at('zone', 40, 60), await at('zone', 90, 110)];
    await move([one, other], [still, { x: 40, y: 40 }]);
    await expect.poll(zoom, SOON).not.toBe(zoomed);
    expect(await places()).toEqual(before);

    await move([await at('zone', 60, 60)], [still]);
    await ada.locator('[data-id="zone"] [data-selected="true"]').waitFor(SOON);
    const seen = await view();
    await move([await at('zone', 60, 60)], [{ x: 40, y: 0 }]);
    await expect.poll(places, SOON).not.toEqual(before);
    expect(await view()).toBe(seen);

    const rested = await inside!();
    const mouse = await at('inside', 20, 20);
    await ada.mouse.move(mouse.x, mouse.y);
    await ada.mouse.down();
    await ada.mouse.move(mouse.x, mouse.y - 60, { steps: 4 });
    await ada.mouse.up();
    await expect.poll(inside!, SOON).not.toBe(rested);
    expect(await view()).toBe(seen);

    const left = await places();
    await move([await at('zone', 60, 60)], [{ x: 0, y: 30 }]);
    await expect.poll(view, SOON).not.toBe(seen);
    expect(await places()).toEqual(left);
  });

  it('WE2 takes hold of a bend beside its dot, and moves it', async () => {
    const path = await on.newDiagram('A bend under a finger');
    const ends = [
      { id: 'left', shape: 'process', x: 0, y: 0, width: 140, height: 60, label: 'Left', z: 1 },
      { id: 'right', shape: 'process', x: 400, y: 0, width: 140, height: 60, label: 'Right', z: 1 },
    ];
    const edge = { id: 'edge', shape: 'flow', source: { cell: 'left' }, target: { cell: 'right' }, z: 2 };
    await on.asAda('PUT', `${path.replace('threat-models', 'threat_models')}/content`, { cells: [...ends, edge] });
    const [ada] = (await on.together(path, 'Ada Lovelace')) as [Page];
    const move = await fingersOn(ada);
    await isSaved(ada);
    const left = (await ada.locator('[data-id="left"]').boundingBox())!;
    const right = (await ada.locator('[data-id="right"]').boundingBox())!;
    const middle = { x: (left.x + left.width + right.x) / 2, y: left.y + left.height / 2 };
    const bend = async () => (await on.cellsAt(path)).find(({ id }) => id === 'edge').vertices?.[0];

    await move([{ ...middle, x: left.x + left.width + 30 }], [still]);
    await ada.locator('.react-flow__edge [data-selected="true"]').waitFor(SOON);
    const beside = (20 * left.width) / 140;
    await move([{ x: middle.x + beside, y: middle.y }], [{ x: 0, y: 60 }]);
    await expect.poll(bend, SOON).toMatchObject({ y: expect.any(Number) });
  });
});
