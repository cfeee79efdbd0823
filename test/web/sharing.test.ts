/** Changes to who may see a threat model, in a real browser against a real server. */
import type { Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { stage } from './stage.ts';
import { SOON } from './visitor.ts';

describe('WE5 sharing', () => {
  const on = stage();

  /** Ada at the dialog of a threat model of hers, with Grace and Alan as writers. */
  async function sharing() {
    for (const name of ['Grace Hopper', 'Alan Turing']) await (await on.somebody(name)).leave();
    const { id } = await on.asAda('POST', '/threat_models', { name: 'Shared' });
    const path = `/threat_models/${id}/authorization`;
    const given = { ada: 'owner', grace: 'owner', alan: 'writer' };
    await on.asAda(
      'PUT',
      path,
      Object.entries(given).map(([name, role]) => ({ subject_type: 'user', subject: `${name}@example.com`, role })),
    );
    const { page } = await on.somebody('Ada Lovelace');
    await page.getByRole('button', { name: 'What to do with Shared' }).last().click();
    await page.getByRole('menuitem', { name: 'Share' }).click();
    const dialog = page.getByRole('dialog', { name: 'Who may see this' });
    await dialog.getByPlaceholder('Add by email').waitFor(SOON);
    async function roles(): Promise<Record<string, string>> {
      const grants = await on.asAda('GET', path);
      return Object.fromEntries(grants.map(({ subject, role }: any) => [subject.split('@')[0], role]));
    }
    return { page, dialog, path, roles };
  }

  it('two quick changes are both made', async () => {
    const { page, dialog, path, roles } = await sharing();
    const held: Route[] = [];
    await page.route(`**${path}`, (route) => {
      if (route.request().method() === 'PUT' && held.length === 0) held.push(route);
      else void route.continue();
    });
    const become = async (name: string, role: string) => {
      await dialog.getByRole('combobox', { name: `Role of ${name}` }).click();
      await page.getByRole('option', { name: role }).click();
    };
    await become('Grace Hopper', 'Writer');
    await expect.poll(() => held.length, SOON).toBe(1);
    await become('Alan Turing', 'Reader');
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await held[0]!.continue();
    await expect.poll(roles, SOON).toEqual({ ada: 'owner', grace: 'writer', alan: 'reader' });
  });

  it('whoever is in it keeps their role when they are added again', async () => {
    const { dialog, roles } = await sharing();
    await dialog.getByPlaceholder('Add by email').fill('Grace@Example.com');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByText('That person is in it already.').waitFor(SOON);
    expect(await dialog.getByRole('alert').count()).toBe(1);
    expect(await roles()).toEqual({ ada: 'owner', grace: 'owner', alan: 'writer' });
  });
});
