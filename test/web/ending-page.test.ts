/** How the page of a diagram tells that it is over, in a real browser against a real server. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { lineOf } from './line.ts';
import { stage } from './stage.ts';
import { SOON, openDiagram, peopleOn, saved } from './visitor.ts';

describe('the end of a session', () => {
  const on = stage();

  it('CS7 the host ends the session; the other is told who did, and can start a new one', async () => {
    const [ada, grace] = (await on.together(await on.newDiagram('Ending'), 'Ada Lovelace', 'Grace Hopper')) as [
      Page,
      Page,
    ];
    await ada.getByRole('button', { name: 'End session' }).click();
    await ada.getByRole('button', { name: 'End for everybody' }).click();
    await ada.getByText(/^You ended it at /).waitFor();
    await grace.getByText(/^Ada Lovelace ended it at /).waitFor();
    await grace.getByRole('button', { name: 'Start a new session' }).click();
    await saved(grace);
    await expect.poll(() => peopleOn(grace), SOON).toEqual(['Grace Hopper (you) Writer Host Presenter']);
  });

  it('CS9 somebody who was removed is told so, also when they come back', async () => {
    const [ada, grace] = (await on.together(await on.newDiagram('Removal'), 'Ada Lovelace', 'Grace Hopper')) as [
      Page,
      Page,
    ];
    await ada.getByLabel('Manage Grace Hopper').click();
    await ada.getByRole('button', { name: 'Remove' }).click();
    await grace.getByRole('heading', { name: 'You were removed from this session' }).waitFor();
    await grace.getByText(/^Ada Lovelace removed you at /).waitFor();
    await expect.poll(() => peopleOn(ada), SOON).toHaveLength(1);
    await grace.reload();
    await grace.getByRole('heading', { name: 'You were removed from this session' }).waitFor();
  });

  it('shows the same page for a diagram that is not there as for one that is not open to me', async () => {
    const visitor = await on.somebody('Grace Hopper');
    const nowhere = '00000000-0000-7000-8000-000000000000';
    await visitor.page.goto(`${on.url}/#/threat_models/${nowhere}/diagrams/${nowhere}`);
    await expect
      .poll(() => visitor.page.getByRole('heading', { level: 1 }).innerText(), SOON)
      .toBe('This diagram is not open to you');
  });

  it.each([
    [4400, 'The server could not take a change', 'Open it again'],
    [4401, 'Your sign-in has run out', 'Sign in again as Grace Hopper'],
    [4404, 'There is no session here now', 'Start a new session'],
    [1013, 'The server is busy', 'Try now'],
  ])('a close with %i is a calm page, "%s", with a way back', async (code, title, way) => {
    const diagram = await on.newDiagram(`Closed with ${code}`);
    const visitor = await on.somebody('Grace Hopper');
    const line = await lineOf(visitor.page);
    await openDiagram(visitor, diagram);
    await line.cut(code);
    line.mend();
    await visitor.page.getByRole('heading', { name: title }).waitFor();
    await visitor.page.getByRole('button', { name: way }).click();
    await saved(visitor.page);
    await expect.poll(() => peopleOn(visitor.page), SOON).toEqual(['Grace Hopper (you) Writer Host Presenter']);
  });
});
