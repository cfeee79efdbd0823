/** Roles and rights on the page of a diagram, in a real browser against a real server. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { stage } from './stage.ts';
import { SOON, addCell, peopleOn, saved } from './visitor.ts';

const DEMO = 'Demo diagram';

describe('the people on a diagram', () => {
  const on = stage();

  it('AC2 the page of a reader is read-only and says why', async () => {
    const [, alan] = (await on.together(DEMO, 'Ada Lovelace', 'Alan Turing')) as [Page, Page];
    await alan.getByText('Read only', { exact: true }).waitFor();
    await alan.getByText('You have the reader role. Ask ada@example.com for more.').waitFor();
    expect(await alan.getByRole('button', { name: 'Add' }).count()).toBe(0);
    expect(await alan.getByRole('button', { name: /^Delete/ }).count()).toBe(0);
    expect(await alan.locator('table input:not([readonly])').count()).toBe(0);
    expect(await alan.locator('table input').count()).toBeGreaterThan(0);
  });

  it('AC3 AC4 a change of role takes effect on the open page', async () => {
    const model = await on.demoModel();
    const entries = await on.asAda('GET', `/threat_models/${model}/authorization`);
    const withAlanAs = (role: string) =>
      entries.map((entry: { subject: string }) => (entry.subject === 'alan@example.com' ? { ...entry, role } : entry));
    const [, alan] = (await on.together(await on.newDiagram('Roles'), 'Ada Lovelace', 'Alan Turing')) as [Page, Page];

    await on.asAda('PUT', `/threat_models/${model}/authorization`, withAlanAs('writer'));
    await alan.getByText('You can edit this diagram now.').waitFor();
    await addCell(alan, 'Turnstile');
    await saved(alan);

    await on.asAda('PUT', `/threat_models/${model}/authorization`, withAlanAs('reader'));
    await alan.getByText('You can only read this diagram now. All that you changed is saved.').waitFor();
    expect(await alan.getByRole('button', { name: 'Add' }).count()).toBe(0);
  });

  it('CS5 leaving updates the list of the others', async () => {
    const [ada, grace] = (await on.together(await on.newDiagram('Leaving'), 'Ada Lovelace', 'Grace Hopper')) as [
      Page,
      Page,
    ];
    await expect.poll(() => peopleOn(ada), SOON).toHaveLength(2);
    await grace.getByRole('button', { name: 'Leave' }).click();
    await grace.getByRole('heading', { name: 'Your diagrams' }).waitFor();
    await expect.poll(() => peopleOn(ada), SOON).toEqual(['Ada Lovelace (you) Writer Host Presenter']);
  });

  it('CS8 the host gives the presenter role to the one who asks, or says not now', async () => {
    const [ada, alan] = (await on.together(await on.newDiagram('Presenting'), 'Ada Lovelace', 'Alan Turing')) as [
      Page,
      Page,
    ];
    await alan.getByRole('button', { name: 'Ask to present' }).click();
    await ada.getByText('Alan Turing asks to present.').waitFor();
    await ada.getByRole('button', { name: 'Not now' }).click();
    await alan.getByText('Ada Lovelace says: not now.').waitFor();

    await alan.getByRole('button', { name: 'Ask to present' }).click();
    await ada.getByRole('button', { name: 'Give' }).click();
    await alan.getByRole('button', { name: 'Presenting' }).waitFor();
    await expect
      .poll(() => peopleOn(ada), SOON)
      .toEqual(['Ada Lovelace (you) Writer Host', 'Alan Turing Reader Presenter']);

    await ada.getByRole('button', { name: 'Present', exact: true }).click();
    await alan.getByRole('button', { name: 'Ask to present' }).waitFor();
  });
});
