/** What a hand does on a canvas for some seconds, the same on every page, and how evenly the page draws meanwhile. */
import type { Page } from 'playwright-core';
import { idAt } from './grid.ts';

/** How often a mouse says that it has moved, ms. */
const EVERY = 16;

export interface Frames {
  /** How long a frame took, ms. */
  p50: number;
  p95: number;
  p99: number;
  'frames/s': number;
}

interface Noted {
  frameTimes: number[] | null;
}

/** Measures while something is done. */
export async function framesWhile(page: Page, work: () => Promise<void>): Promise<Frames> {
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(globalThis, { frameTimes: times });
    const note = (now: number) => {
      times.push(now);
      if ((globalThis as unknown as Noted).frameTimes === times) requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  });
  await work();
  const times = await page.evaluate(() => {
    const noted = (globalThis as unknown as Noted).frameTimes!;
    Object.assign(globalThis, { frameTimes: null });
    return noted;
  });
  const lengths = times.slice(1).map((time, at) => time - times[at]!);
  const sorted = lengths.toSorted((a, b) => a - b);
  const quantile = (share: number) =>
    Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(1));
  const whole = times.at(-1)! - times[0]!;
  return {
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
    'frames/s': Number(((lengths.length / whole) * 1000).toFixed(1)),
  };
}

/** Goes round in a circle, as a mouse does: what has not been drawn yet does not hold it up. */
export async function circle(
  page: Page,
  seconds: number,
  turn: (x: number, y: number) => Promise<unknown>,
): Promise<void> {
  const started = performance.now();
  const waiting: Promise<unknown>[] = [];
  for (let at = 0; performance.now() - started < seconds * 1000; at += 1) {
    const angle = at / 12;
    waiting.push(turn(Math.cos(angle) * 60 - 60, Math.sin(angle) * 60));
    await page.waitForTimeout(EVERY);
  }
  await Promise.all(waiting);
}

export async function middleOf(page: Page, column: number, row: number): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = (await page
    .locator(`.react-flow__node[data-id="${idAt(column, row)}"]`)
    .boundingBox())!;
  return { x: x + width / 2, y: y + height / 2 };
}

export async function drag(
  page: Page,
  seconds: number,
  button: 'left' | 'middle',
  from: { x: number; y: number },
): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down({ button });
  await circle(page, seconds, (x, y) => page.mouse.move(from.x + x + 60, from.y + y));
  await page.mouse.up({ button });
}

/** Selects the nodes from one place in the grid to another with a box around them. */
export async function selectBox(page: Page, columns: [number, number], rows: [number, number]): Promise<void> {
  const [first, last] = [await middleOf(page, columns[0], rows[0]), await middleOf(page, columns[1], rows[1])];
  const step = (last.x - first.x) / (columns[1] - columns[0]);
  // From between two nodes: a drag that begins on a node moves it.
  await page.mouse.move(first.x - step / 2, first.y - 4);
  await page.mouse.down();
  await page.mouse.move(last.x, last.y, { steps: 5 });
  await page.mouse.up();
}
