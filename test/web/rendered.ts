/**
 * What React rendered on a page, as its developer tools find it out: a component that worked is marked, and what hangs
 * below a component that did not is the very same as before.
 */
import type { Page } from 'playwright-core';

interface Fiber {
  flags: number;
  memoizedProps: { id?: unknown } | null;
  child: Fiber | null;
  sibling: Fiber | null;
  alternate: Fiber | null;
}

interface Watching {
  renderedIds: string[];
}

/** To be called before the page is opened. Notes the property `id` of whatever is rendered. */
export async function watchRendering(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const watching: Watching = { renderedIds: [] };
    const walk = (first: Fiber | null) => {
      for (let fiber = first; fiber !== null; fiber = fiber.sibling) {
        const worked = (fiber.flags & 1) !== 0;
        const id = fiber.memoizedProps?.id;
        if (worked && typeof id === 'string') watching.renderedIds.push(id);
        if (fiber.child !== fiber.alternate?.child) walk(fiber.child);
      }
    };
    Object.assign(globalThis, watching, {
      __REACT_DEVTOOLS_GLOBAL_HOOK__: {
        supportsFiber: true,
        inject: () => 1,
        onCommitFiberUnmount() {},
        onCommitFiberRoot: (_: number, { current }: { current: Fiber }) => walk(current),
      },
    });
  });
}

/** @returns the ids of what was rendered while something was done, each once */
export async function renderedWhile(page: Page, work: () => Promise<void>): Promise<Set<string>> {
  await page.evaluate(() => {
    (globalThis as unknown as Watching).renderedIds.length = 0;
  });
  await work();
  return new Set(await page.evaluate(() => (globalThis as unknown as Watching).renderedIds));
}
