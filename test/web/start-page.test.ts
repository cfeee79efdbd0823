/** The start page in a real browser, against a real server: signing in, and drawing together. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { lineOf } from './line.ts';
import { stage } from './stage.ts';
import { SOON, addCell, labelField, openDiagram, peopleOn, saved } from './visitor.ts';

const DEMO = 'Demo diagram';

describe('signing in and drawing', () => {
  const on = stage();

  it('CS3 CS10 two people who open the demo diagram see each other, with their roles', async () => {
    const [ada, grace] = (await on.together(DEMO, 'Ada Lovelace', 'Grace Hopper')) as [Page, Page];
    await expect
      .poll(() => peopleOn(ada), SOON)
      .toEqual(['Ada Lovelace (you) Writer Host Presenter', 'Grace Hopper Writer']);
    await expect
      .poll(() => peopleOn(grace), SOON)
      .toEqual(['Ada Lovelace Writer Host Presenter', 'Grace Hopper (you) Writer']);
    expect(on.visitors.flatMap(({ complaints }) => complaints)).toEqual([]);
  });

  it('DO3 what one adds, renames and deletes is on the other page, and in its JSON', async () => {
    const [ada, grace] = (await on.together(await on.newDiagram('Edits'), 'Ada Lovelace', 'Grace Hopper')) as [
      Page,
      Page,
    ];
    await addCell(ada, 'Web server');
    await labelField(grace, 'Web server').waitFor();
    await saved(ada);

    await labelField(grace, 'Web server').fill('Mail server');
    await labelField(grace, 'Mail server').press('Enter');
    await labelField(ada, 'Mail server').waitFor();
    await expect.poll(() => ada.locator('pre').innerText(), SOON).toContain('"label": "Mail server"');

    await ada.getByRole('button', { name: 'Delete Mail server' }).click();
    await expect.poll(() => grace.locator('pre').innerText(), SOON).toBe('[]');
    await ada.getByRole('button', { name: 'Undo' }).click();
    await labelField(grace, 'Mail server').waitFor();
    await saved(ada);
  });

  it('DO1 what is called saved is there after everybody has gone', async () => {
    const diagram = await on.newDiagram('Kept');
    const [ada] = (await on.together(diagram, 'Ada Lovelace')) as [Page];
    await addCell(ada, 'Ledger');
    await saved(ada);
    await on.everybodyLeaves();
    const [grace] = (await on.together(diagram, 'Grace Hopper')) as [Page];
    await expect.poll(() => grace.locator('pre').innerText(), SOON).toContain('"label": "Ledger"');
  });

  it('AC6 the others see which cell somebody has in hand', async () => {
    const [ada, grace] = (await on.together(await on.newDiagram('Hands'), 'Ada Lovelace', 'Grace Hopper')) as [
      Page,
      Page,
    ];
    await addCell(ada, 'Web server');
    await labelField(ada, 'Web server').focus();
    await expect.poll(() => grace.locator('tr.held').innerText(), SOON).toContain('Ada Lovelace');
    await labelField(ada, 'Web server').blur();
    await expect.poll(() => grace.locator('tr.held').count(), SOON).toBe(0);
  });

  it('DO1 what is changed offline is kept, said to be kept, and saved when the line is back', async () => {
    const diagram = await on.newDiagram('Offline');
    const [ada] = (await on.together(diagram, 'Ada Lovelace')) as [Page];
    await addCell(ada, 'Web server');
    const visitor = await on.somebody('Grace Hopper');
    const line = await lineOf(visitor.page);
    await openDiagram(visitor, diagram);
    const grace = visitor.page;

    await line.cut(1012);
    await grace.getByText('Reconnecting.').waitFor();
    await labelField(grace, 'Web server').fill('Mail server');
    await labelField(grace, 'Mail server').press('Enter');
    await grace.getByText('Offline, 1 change kept here').waitFor();
    await grace.getByRole('button', { name: 'Leave' }).click();
    await grace.getByText('1 change is not saved yet and would be lost.').waitFor();

    line.mend();
    await grace.getByRole('button', { name: 'Try now' }).click();
    await saved(grace);
    await expect.poll(() => labelField(ada, 'Mail server').count(), SOON).toBe(1);
    expect(await grace.getByText('would be lost').count()).toBe(0);
  });

  it('says so when a token is not accepted', async () => {
    const visitor = await on.stranger();
    await visitor.page.getByText('More ways').click();
    await visitor.page.getByLabel('Token').fill('not.a.token');
    await visitor.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect
      .poll(() => visitor.page.locator('#token-fault').innerText(), SOON)
      .toMatch(/^The server does not accept this/);
  });

  it('makes a new threat model with a diagram, and opens it', async () => {
    const { page } = await on.somebody('Alan Turing');
    await page.getByLabel('Name').fill('Bombe');
    await page.getByLabel('In', { exact: true }).selectOption({ label: 'A new threat model' });
    await page.getByRole('button', { name: 'New diagram' }).click();
    await saved(page);
    await expect.poll(() => peopleOn(page), SOON).toEqual(['Alan Turing (you) Writer Host Presenter']);
  });
});
