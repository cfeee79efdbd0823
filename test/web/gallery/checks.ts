/** What a picture does not show of itself: findings of axe, what is cut at its width, and what moved when data arrived. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** What moves more than this, as Chromium counts layout shifts; less is a label that makes room for another. */
const SEEN = 0.03;

interface Shift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Node | null }[];
}

/** Runs in the page, before anything else: keeps what moves without anybody having done anything. */
export function watchShifts(): void {
  const shifts: string[] = [];
  Object.assign(globalThis, { shifts });
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries() as Shift[]) {
      if (hadRecentInput) continue;
      const moved = sources.map(({ node }) => (node instanceof Element ? `${node.tagName} ${node.className}` : 'text'));
      shifts.push(`${value.toFixed(3)} ${moved.join(', ')}`);
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

/** @returns what moved, each with how far; empty is good */
export async function shiftsOf(page: Page): Promise<string[]> {
  const shifts = await page.evaluate(() => (globalThis as unknown as { shifts?: string[] }).shifts ?? []);
  return shifts.filter((shift) => Number(shift.split(' ')[0]) > SEEN).map((shift) => `moved ${shift}`);
}

/** Serious findings of axe. Initials and digits beside a name are decoration: nothing has to be called by them. */
export async function faultsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).disableRules(['label-content-name-mismatch']).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, any }) => `${id}: ${target.join(' ')} ${any[0]?.message ?? ''}`));
}

/** What is wider than the window. */
export async function cutIn(page: Page): Promise<string[]> {
  const { width = 0 } = page.viewportSize() ?? {};
  const cut = await page.evaluate((most) => {
    const outside = [...document.querySelectorAll('button, input, h1, h2, p')].filter((element) => {
      const { left, right, width: wide } = element.getBoundingClientRect();
      const hidden = element.closest('[inert], .react-flow, [aria-hidden]') !== null || wide < 2;
      return !hidden && (left < -1 || right > most + 1);
    });
    return outside.map((element) => element.textContent || element.tagName);
  }, width);
  return cut.map((text) => `cut at ${width} px: ${text}`);
}
