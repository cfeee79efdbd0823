/** A session on a diagram, by two and three people in browser windows of their own. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { stage } from '../stage.ts';
import { SOON } from '../visitor.ts';
import { button, draw, gone, isKept, isSaved, nodes, seen } from './hands.ts';

const [ADA, GRACE, ALAN] = ['Ada Lovelace', 'Grace Hopper', 'Alan Turing'] as const;

async function manage(page: Page, name: string, what: string): Promise<void> {
  await button(page, `What to do with ${name}`).click();
  await page.getByRole('menuitem', { name: what, exact: true }).click();
}

describe('a session on a diagram', () => {
  const on = stage();

  async function roles(grace: 'reader' | 'writer' | null): Promise<void> {
    const model = await on.demoModel();
    const grant = (email: string, role: string) => ({ subject_type: 'user', subject: `${email}@example.com`, role });
    const others = grace === null ? [] : [grant('grace', grace)];
    await on.asAda('PUT', `/threat_models/${model}/authorization`, [
      grant('ada', 'owner'),
      grant('alan', 'reader'),
      ...others,
    ]);
  }

  it('CS8 whoever asks may be told not now, be let present, and be followed until somebody moves the canvas', async () => {
    const diagram = await on.newDiagram('Presented');
    const [ada, grace] = (await on.together(diagram, ADA, GRACE)) as [Page, Page];
    await button(ada, '2 people here').waitFor(SOON);
    await expect.poll(() => grace.title(), SOON).toContain('Presented');

    await button(grace, 'Ask to present').click();
    await seen(ada, 'Grace Hopper asks to present.');
    await button(ada, 'Not now').first().click();
    await seen(grace, 'Ada Lovelace says: not now.');

    await button(grace, 'Ask to present').click();
    await button(ada, 'Give').first().click();
    await seen(grace, 'You are presenting');

    await button(ada, 'Follow').click();
    await seen(ada, 'Following Grace Hopper');
    const view = () => ada.locator('.react-flow__viewport').first().getAttribute('style');
    const before = await view();
    const shown = (await grace.locator('.react-flow__pane').boundingBox())!;
    await grace.mouse.move(shown.x + shown.width / 2, shown.y + shown.height / 2);
    await grace.mouse.wheel(0, 240);
    await expect.poll(view, SOON).not.toBe(before);
    await seen(ada, 'Following Grace Hopper');
    // The name at a pointer by the edge stays on the canvas.
    const edge = shown.x + shown.width;
    await grace.mouse.move(edge - 10, shown.y + 200);
    const endOfName = async () => {
      const { x, width } = (await ada.locator('[data-cursor] span').boundingBox())!;
      return edge - x - width;
    };
    await expect.poll(endOfName, SOON).toBeCloseTo(10, 0);
    await ada.keyboard.press('Escape');
    await button(ada, 'Follow again').click();
    await seen(ada, 'Following Grace Hopper');
    const canvas = (await ada.locator('.react-flow__pane').boundingBox())!;
    await ada.mouse.move(canvas.x + canvas.width / 2, canvas.y + canvas.height / 2);
    await ada.mouse.wheel(0, 120);
    await button(ada, 'Follow again').waitFor(SOON);

    await button(ada, 'Present').click();
    await seen(grace, 'Ada Lovelace is presenting again.');
  });

  it('CS8 however many ask to present, the canvas is seen, and each can be answered', async () => {
    const guests = await Promise.all(Array.from({ length: 5 }, (_, index) => on.guest(`Guest ${index}`)));
    const { id } = await on.asAda('POST', '/threat_models', { name: 'Many who ask' });
    const grants = guests.map(({ email }) => ({ subject_type: 'user', subject: email, role: 'reader' }));
    const ada = { subject_type: 'user', subject: 'ada@example.com', role: 'owner' };
    await on.asAda('PUT', `/threat_models/${id}/authorization`, [ada, ...grants]);
    const diagram = await on.asAda('POST', `/threat_models/${id}/diagrams`, { name: 'Asked' });
    const [page] = (await on.together(`/threat-models/${id}/diagrams/${diagram.id}`, ADA)) as [Page];
    await button(page, '1 person here').waitFor(SOON);
    const asking = guests.map(({ client }) => client.joinDiagram({ threatModelId: id, diagramId: diagram.id }));
    try {
      await Promise.all(asking.map((one) => one.whenLive()));
      for (const one of asking) one.requestPresenter();
      await seen(page, '3 more ask to present.');
      expect(await page.getByText(/^Guest \d asks to present\.$/).count()).toBe(2);
      await button(page, 'Show people').click();
      await expect
        .poll(() => page.getByRole('complementary').getByRole('button', { name: 'Not now' }).count(), SOON)
        .toBe(5);
      for (let left = 3; left > 0; left -= 1) await button(page, 'Not now').first().click();
      await gone(page, /more asks? to present/);
      expect(await page.getByText(/^Guest \d asks to present\.$/).count()).toBe(2);
    } finally {
      for (const one of asking) one.leave();
    }
  });

  it('CS8 the host hands over to another, who removes them, and they cannot come back to this session', async () => {
    const diagram = await on.newDiagram('Handed over');
    const [ada, grace, alan] = (await on.together(diagram, ADA, GRACE, ALAN)) as [Page, Page, Page];
    await button(ada, '3 people here').click();
    await manage(ada, GRACE, 'Hand over host');
    await button(ada, 'Hand over host').click();
    await seen(grace, 'You are the host now.');

    await button(grace, '3 people here').click();
    await manage(grace, ALAN, 'Remove');
    await seen(grace, 'Alan Turing will be disconnected.');
    await button(grace, 'Remove').click();
    await seen(alan, 'You were removed from this session');
    await alan.reload();
    await seen(alan, 'You were removed from this session');

    await button(grace, 'End session').click();
    await button(grace, 'End for everybody').click();
    await seen(grace, /^You ended it at/);
    await seen(ada, /^Grace Hopper ended it at/);
    await button(ada, 'Start a new session').click();
    await button(ada, '1 person here').waitFor(SOON);
  });

  it('AC3 AC4 WE3 WE4 somebody who is made a reader while they write is told so, and may go on when they are raised or let in again', async () => {
    const diagram = await on.newDiagram('Demoted');
    const [ada, grace] = (await on.together(diagram, ADA, GRACE)) as [Page, Page];
    await draw(grace, 'Process');
    await isSaved(grace);
    await grace.keyboard.type('Half a na');
    try {
      await roles('reader');
      await seen(grace, /You can only read this diagram now\. 1 change was not saved/);
      await seen(grace, 'Half a na');
      await nodes(ada, 1);
      expect(await ada.getByText('Half a na').count()).toBe(0);
      await button(grace, 'Read only').click();
      await seen(grace, 'You have the reader role. Ask ada@example.com for more.');
      await grace.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await button(grace, 'Ask to edit').click();
      await seen(grace, 'A message to send them is copied.');
      expect(await grace.evaluate(() => navigator.clipboard.readText())).toContain('“Demoted”');
      await grace.keyboard.press('Escape');
      await nodes(grace, 1);
      await roles('writer');
      await seen(grace, 'You can edit this diagram now.');
      await seen(ada, 'Half a na');
      await draw(grace, 'Store');
      await isSaved(grace);
      await roles(null);
      await seen(grace, 'This diagram is not open to you');
      await roles('writer');
      await isSaved(grace);
    } finally {
      await roles('writer');
    }
  });

  it('DO1 what is drawn without a connection is kept over a reload, and saved when it is back', async () => {
    const diagram = await on.newDiagram('Offline');
    const [grace, ada] = (await on.together(diagram, GRACE, ADA)) as [Page, Page];
    await button(ada, '2 people here').waitFor(SOON);
    await ada.context().setOffline(true);
    await seen(ada, 'This device is offline. What you draw is kept here.');
    await draw(ada, 'Process');
    await draw(ada, 'Store');
    await seen(ada, /^Offline, \d changes? kept here$/);
    await nodes(grace, 0);
    await ada.context().setOffline(false);
    await isSaved(ada);
    await gone(ada, 'This device is offline. What you draw is kept here.');
    await nodes(grace, 2);

    await ada.context().setOffline(true);
    await seen(ada, 'This device is offline. What you draw is kept here.');
    await draw(ada, 'Actor');
    await seen(ada, /^Offline, \d changes? kept here$/);
    await isKept(ada);
    await ada.goto('about:blank');
    await ada.context().setOffline(false);
    await ada.goto(on.url + diagram);
    await nodes(ada, 3);
    await isSaved(ada);
    await nodes(grace, 3);
  });

  it('DO6 WE8 a version is looked at and restored, what was there is kept, and the others are told', async () => {
    const diagram = await on.newDiagram('Versions');
    const [ada, grace] = (await on.together(diagram, ADA, GRACE)) as [Page, Page];
    await draw(ada, 'Process');
    await isSaved(ada);
    await button(ada, 'History').click();
    await ada.getByRole('textbox', { name: 'Name of the version' }).fill('First');
    await button(ada, 'Keep').click();
    const first = ada.getByRole('button', { name: /^First/ });
    await first.waitFor(SOON);
    await draw(ada, 'Store');
    await nodes(grace, 2);
    await first.click();
    const widthOf = async (part: Locator) => (await part.boundingBox())?.width;
    // The version lies over the whole canvas, up to the panel.
    const banner = ada.getByRole('status').filter({ hasText: 'How it was' });
    expect(await widthOf(banner)).toBe(await widthOf(ada.getByRole('main')));
    await button(ada, 'Restore').click();
    await ada.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
    await nodes(grace, 1);
    await seen(ada, /^Restored: First, /);
    await seen(grace, 'Ada Lovelace restored an earlier version. What was there before is kept in the history.');
    expect(await ada.getByText('restored an earlier version').count()).toBe(0);
    await ada.getByRole('button', { name: /^Before restoring/ }).waitFor(SOON);
    // Who has left has a name all the same.
    await ada.context().close();
    await button(grace, 'Start a new session').click({ timeout: 60_000 });
    await grace.reload();
    await button(grace, 'History').click();
    await grace.getByRole('button', { name: /^First.*By Ada Lovelace$/ }).waitFor(SOON);
    // What was kept by itself is called so in the language of whoever looks.
    await button(grace, 'More').click();
    await grace.getByRole('menuitem', { name: 'Polski' }).click();
    await grace.getByRole('button', { name: /^Przed przywróceniem/ }).waitFor(SOON);
  });

  it('WE8 a writer renames the diagram in place; the others see it at once, and the window is called by its name', async () => {
    const diagram = await on.newDiagram('Unnamed');
    const [ada, alan] = (await on.together(diagram, ADA, ALAN)) as [Page, Page];
    await button(ada, 'Unnamed').click();
    await ada.getByRole('textbox', { name: 'Name of the diagram' }).fill('Settlement');
    await ada.keyboard.press('Enter');
    await expect.poll(() => ada.title(), SOON).toContain('Settlement');
    await alan.getByRole('heading', { name: 'Settlement' }).waitFor(SOON);
    expect(await button(alan, 'Settlement').count()).toBe(0);
    // Whoever opens the field and changes nothing takes back no other name.
    const [grace] = (await on.together(diagram, GRACE)) as [Page];
    let renames = 0;
    ada.on('request', (request) => (renames += Number(request.method() === 'PATCH')));
    await button(ada, 'Settlement').click();
    await button(grace, 'Settlement').click();
    await grace.getByRole('textbox', { name: 'Name of the diagram' }).fill('Clearing');
    await grace.keyboard.press('Enter');
    await expect.poll(() => ada.title(), SOON).toContain('Clearing');
    await ada.getByRole('textbox', { name: 'Name of the diagram' }).press('Enter');
    await button(ada, 'Clearing').waitFor(SOON);
    expect(renames).toBe(0);
  });

  it('a diagram that does not exist and one that is not mine look the same', async () => {
    const { page } = await on.somebody(GRACE);
    const nowhere = crypto.randomUUID();
    await page.goto(`${on.url}/threat-models/${nowhere}/diagrams/${nowhere}`);
    await seen(page, 'This diagram is not open to you');
    await button(page, 'Sign in as somebody else').waitFor(SOON);
  });
});
