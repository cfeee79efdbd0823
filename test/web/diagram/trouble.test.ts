/** What the page of a diagram does when something is in the way, and the way on from there; each in a real browser. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { stage } from '../stage.ts';
import { SOON } from '../visitor.ts';
import { between, button, draw, drawRefused, isKept, isSaved, nodes, seen } from './hands.ts';

const [ADA, GRACE, ALAN] = ['Ada Lovelace', 'Grace Hopper', 'Alan Turing'] as const;
const SESSION = '**/collaborate';

describe('a diagram when something is in the way', () => {
  const on = stage();

  async function graceIs(role: 'reader' | 'writer'): Promise<void> {
    const model = await on.demoModel();
    const grants = { ada: 'owner', grace: role, alan: 'reader' };
    await on.asAda(
      'PUT',
      `/threat_models/${model}/authorization`,
      Object.entries(grants).map(([name, given]) => ({
        subject_type: 'user',
        subject: `${name}@example.com`,
        role: given,
      })),
    );
  }

  it('AC4 what was drawn while one was made a reader is kept, can be copied, and is saved when one is raised', async () => {
    const diagram = await on.newDiagram('Kept');
    const [ada, grace] = (await on.together(diagram, ADA, GRACE)) as [Page, Page];
    await button(ada, '2 people here').waitFor(SOON);
    await grace.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await grace.context().setOffline(true);
    await seen(grace, 'This device is offline. What you draw is kept here.');
    await draw(grace, 'Store');
    try {
      await graceIs('reader');
      await grace.context().setOffline(false);
      await seen(
        grace,
        /You can only read this diagram now\. \d changes? (was|were) not saved and (is|are) kept here\./,
      );
      await button(grace, 'Copy my unsaved changes').click();
      await seen(grace, 'Copied.');
      const copied = JSON.parse(await grace.evaluate(() => navigator.clipboard.readText()));
      expect(copied.cells).toMatchObject([{ shape: 'store' }]);
      await nodes(ada, 0);
    } finally {
      await graceIs('writer');
    }
    await isSaved(grace);
    await nodes(ada, 1);
  });

  it('DO1 WE4 what is drawn while the server is down is saved when it is up', async () => {
    const diagram = await on.newDiagram('Down');
    const [ada] = (await on.together(diagram, ADA)) as [Page];
    await draw(ada, 'Process');
    await isSaved(ada);
    await on.withoutServer(async () => {
      await seen(ada, 'Reconnecting. What you draw is kept here.');
      await draw(ada, 'Store');
      await seen(ada, /^Offline, \d changes? kept here$/);
    });
    await button(ada, 'Try now')
      .click({ timeout: 2000 })
      .catch(() => {}); // it may have come back by itself
    await isSaved(ada);
    expect((await on.cellsAt(diagram)).map(({ shape }: { shape: string }) => shape).sort()).toEqual([
      'process',
      'store',
    ]);
  });

  it.each([
    ['busy', 503, 'unavailable', 'The server is busy'],
    ['full', 429, 'rate_limited', 'This session is full'],
  ])('WE4 a server that is %s is asked again by itself', async (_, status, code, title) => {
    const diagram = await on.newDiagram('Busy');
    const { page } = await on.somebody(GRACE);
    await page.route(SESSION, (route) => route.fulfill({ status, json: { code, message: '' } }));
    await page.goto(on.url + diagram);
    await seen(page, title);
    await seen(page, /^Next try in \d+ s$/);
    await page.unroute(SESSION);
    await isSaved(page);
  });

  it('WE10 whoever signs in again goes on with what was not saved', async () => {
    const diagram = await on.newDiagram('Signed out');
    const { page } = await on.somebody(GRACE);
    await page.goto(on.url + diagram);
    await isSaved(page);
    await page.context().setOffline(true);
    await seen(page, 'This device is offline. What you draw is kept here.');
    await draw(page, 'Process');
    await isKept(page);
    await page.goto('about:blank');
    await page.context().setOffline(false);
    let outdated: string | undefined;
    await page.route(SESSION, (route) => {
      const { authorization } = route.request().headers();
      outdated ??= authorization;
      if (authorization !== outdated) return route.continue();
      return route.fulfill({ status: 401, json: { code: 'unauthenticated', message: '' } });
    });
    await page.goto(on.url + diagram);
    await seen(page, 'Sign in again to go on');
    await button(page, 'Sign in again as Grace Hopper').click();
    await isSaved(page);
    await nodes(page, 1);
  });

  it('WE4 what the server does not take can be copied, is not drawn on, and is left behind where the diagram is opened again', async () => {
    const diagram = await on.newDiagram('Refused');
    const { page } = await on.somebody(ADA);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const way = await between(page);
    await page.goto(on.url + diagram);
    await isSaved(page);
    await draw(page, 'Actor');
    await isSaved(page);
    await drawRefused(page, way, 'Store');
    for (const key of ['Control+a', 'Delete', '1']) await page.keyboard.press(key);
    await nodes(page, 2);
    await button(page, 'Copy my unsaved changes').click();
    await seen(page, 'Copied.');
    const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
    expect(copied.cells).toMatchObject([{ shape: 'store' }]);
    way.silent = false;
    await button(page, 'Open it again').click();
    await page.getByRole('heading', { name: 'The server could not take a change' }).waitFor({ state: 'detached' });
    await isSaved(page);
    await nodes(page, 1);
    expect((await on.cellsAt(diagram)).map(({ shape }) => shape)).toEqual(['actor']);
  });

  it('WE7 on a phone the diagram, its panels and its menu fit, and are open to all', async () => {
    const diagram = await on.newDiagram('A name that is longer than a phone is wide');
    const [ada, alan] = (await on.together(diagram, ADA, ALAN)) as [Page, Page];
    for (const page of [ada, alan]) await page.setViewportSize({ width: 375, height: 740 });
    for (const name of ['Chat', 'History']) {
      await button(alan, 'More').click();
      await alan.getByRole('menuitem', { name }).click();
      await alan.getByRole('heading', { name }).waitFor(SOON);
      await alan.getByRole('menu').waitFor({ ...SOON, state: 'detached' });
      expect(await faults(alan)).toEqual([]);
      await alan.keyboard.press('Escape');
      await expect.poll(() => alan.getByRole('heading', { name }).count(), SOON).toBe(0);
    }
    await button(ada, '2 people here').click();
    for (const page of [ada, alan]) {
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
      const mark = (await page.locator('[data-saved]').boundingBox())!;
      const ways = (await button(page, '2 people here').boundingBox())!;
      expect(mark.x + mark.width).toBeLessThanOrEqual(ways.x);
    }
    await ada.mouse.move(187, 370); // else the tooltip of what was clicked may come or go while it is looked
    await ada.getByRole('tooltip').waitFor({ ...SOON, state: 'detached' });
    expect(await faults(ada)).toEqual([]);
  });

  it.each(['light', 'dark'] as const)(
    'WE7 nothing on the page is in the way of those who cannot see or point well (%s)',
    async (colorScheme) => {
      const diagram = await on.newDiagram('Seen by all');
      const [ada, alan] = (await on.together(diagram, ADA, ALAN)) as [Page, Page];
      await Promise.all([ada, alan].map((page) => page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })));
      await button(ada, '2 people here').click();
      await button(alan, 'Ask to present').click();
      await seen(ada, 'Alan Turing asks to present.');
      expect(await faults(ada)).toEqual([]);
      await button(ada, 'Give').first().click();
      await button(ada, 'Follow').click();
      await button(ada, 'Chat').click();
      expect(await faults(ada)).toEqual([]);
      await button(ada, 'History').click();
      expect(await faults(ada)).toEqual([]);
      expect(await faults(alan)).toEqual([]);
      await button(ada, 'More').click();
      await ada.getByRole('menuitem', { name: 'End session' }).click();
      expect(await faults(ada)).toEqual([]);
      await button(ada, 'End for everybody').click();
      await seen(alan, 'The session has ended');
      expect(await alan.evaluate(() => document.activeElement?.textContent)).toBe('The session has ended');
      expect(await faults(alan)).toEqual([]);
    },
  );
});

/** What axe finds serious. Initials and the digits of keys are decoration: a button need not be called by them. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(appeared);
  const { violations, passes } = await new AxeBuilder({ page: page as never })
    .disableRules('label-content-name-mismatch')
    .analyze();
  expect(passes.find(({ id }) => id === 'color-contrast')?.nodes.length).toBeGreaterThan(1); // else it saw nothing
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return serious.flatMap(({ id, nodes: found }) =>
    found.map(({ html, any }) => `${id}: ${html} ${any[0]?.message ?? ''}`),
  );
}

/**
 * Runs in the page: resolves when what is coming or going has come or gone, and nothing has begun to for some frames. Half
 * faded in, a text has too little contrast.
 */
async function appeared(): Promise<void> {
  for (let quiet = 0; quiet < 10; quiet += 1) {
    const fading = document
      .getAnimations()
      .filter(({ effect, playState }) => playState === 'running' && effect?.getComputedTiming().endTime !== Infinity);
    if (fading.length > 0) quiet = 0;
    await Promise.allSettled(fading.map(({ finished }) => finished));
    await new Promise((frame) => requestAnimationFrame(frame));
  }
}
