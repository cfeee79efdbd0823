/** Home, workspaces, groups and sharing, in real browsers against a real server. */
import { describe, expect, it } from 'vitest';
import { stage } from './stage.ts';
import { SOON } from './visitor.ts';

describe('WE5 the people of a page', () => {
  const on = stage();

  it('somebody makes a workspace, invites a person, is told of one who is not known, changes a role and removes again', async () => {
    await (await on.somebody('Grace Hopper')).leave();
    const { page } = await on.somebody('Ada Lovelace');
    await page.getByRole('link', { name: 'Workspaces' }).click();
    await page.getByRole('button', { name: 'New workspace' }).click();
    await page.getByLabel('Name of the workspace').fill('Payments');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('link', { name: /Payments/ }).click();
    await page.getByPlaceholder('Invite by email').fill('nobody@example.com');
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByText('Nobody with this email has signed in here yet.').waitFor();
    await page.getByPlaceholder('Invite by email').fill('grace@example.com');
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('combobox', { name: 'Role of Grace Hopper' }).click();
    await page.getByRole('option', { name: 'Read only' }).click();
    const { data } = await on.asAda('GET', '/api/workspaces');
    const members = async () => (await on.asAda('GET', `/api/workspaces/${data[0].id}/members`)).data;
    const roleOfGrace = async () =>
      (await members()).find(({ profile }: any) => profile.email === 'grace@example.com')?.role;
    await expect.poll(roleOfGrace, SOON).toBe('read_only');
    await page.getByRole('button', { name: 'Remove Grace Hopper' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expect.poll(roleOfGrace, SOON).toBeUndefined();
    await page.getByRole('combobox', { name: 'Role of Ada Lovelace' }).click();
    await page.getByRole('option', { name: 'Member' }).click();
    await page.getByText('Somebody has to own it.').waitFor(); // MB3
  });

  it('a new diagram is made and opened; somebody it is shared with draws in it, and is seen to at home', async () => {
    await (await on.somebody('Alan Turing')).leave();
    const { page: ada } = await on.somebody('Ada Lovelace');
    await ada.getByRole('button', { name: 'New diagram' }).first().click();
    await ada.getByLabel('Name of the diagram').fill('Checkout flow');
    await ada.getByRole('combobox', { name: 'In', exact: true }).click();
    await ada.getByRole('option', { name: 'A new threat model' }).click();
    await ada.getByRole('button', { name: 'Create' }).click();
    await ada.getByRole('heading', { name: 'Checkout flow' }).waitFor();
    await ada.getByRole('button', { name: 'Share', exact: true }).click();
    const dialog = ada.getByRole('dialog');
    await dialog.getByPlaceholder('Add by email').fill('alan@example.com');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await dialog.getByText('alan@example.com').waitFor();
    await dialog.getByRole('combobox', { name: 'Role of Alan Turing' }).waitFor();
    const path = new URL(ada.url()).pathname;
    const { page: alan } = await on.somebody('Alan Turing');
    await alan.getByText('1 person drawing now').waitFor();
    await alan.getByRole('link', { name: /Checkout flow/ }).click();
    await expect.poll(() => new URL(alan.url()).pathname, SOON).toBe(path);
    await alan.getByRole('button', { name: '2 people here' }).waitFor();
    // Removing says what it does now.
    await dialog.getByRole('button', { name: 'Remove Alan Turing' }).click();
    await ada.getByText('Alan Turing is editing Checkout flow and will be disconnected.').waitFor();
    await ada.getByRole('dialog').last().getByRole('button', { name: 'Remove' }).click();
    await alan.getByRole('heading', { name: 'This diagram is not open to you' }).waitFor();
  });

  it('what cannot be read is no address that leads nowhere: it can be read anew', async () => {
    await (await on.somebody('Grace Hopper')).leave();
    const { page } = await on.somebody('Ada Lovelace');
    const { id } = await on.asAda('POST', '/api/workspaces', { name: 'Unread' });
    const busy = { status: 500, json: { code: 'internal', message: '' } };
    const isAsked = (url: URL) => /^\/api\/(workspaces|v1\/groups)/.test(url.pathname);
    for (const [path, seen] of [
      ['/workspaces', page.getByRole('link', { name: /Unread/ })],
      ['/groups', page.getByRole('button', { name: 'New group' })],
      [`/workspaces/${id}`, page.getByRole('heading', { name: 'Unread' })],
    ] as const) {
      await page.route(isAsked, (route) => route.fulfill(busy));
      await page.goto(on.url + path);
      await page.getByText('This could not be read.').waitFor(SOON);
      expect(await page.getByText('There is nothing at this address').count()).toBe(0);
      await page.waitForLoadState('networkidle'); // its live room has it read once more
      await page.unroute(isAsked);
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText('This could not be read.').waitFor({ ...SOON, state: 'detached' });
      await seen.waitFor(SOON);
    }
    // What is shown stays while it cannot be read anew.
    await page.route(isAsked, (route) => route.fulfill(busy));
    const failed = page.waitForResponse((response) => isAsked(new URL(response.url())), SOON);
    await on.asAda('POST', `/api/workspaces/${id}/members`, { email: 'grace@example.com', role: 'member' });
    await failed;
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    expect(await page.getByRole('heading').allTextContents()).toEqual(['Unread']);
    await page.unroute(isAsked);
    await page.goto(`${on.url}/workspaces/${crypto.randomUUID()}`);
    await page.getByText('There is nothing at this address').waitFor(SOON);
    expect(await page.getByRole('main').count()).toBe(1);
  });

  it('a card whose diagrams could not be read says so, and they can be read anew', async () => {
    const model = await on.asAda('POST', '/threat_models', { name: 'Unread' });
    await on.asAda('POST', `/threat_models/${model.id}/diagrams`, { name: 'In it' });
    const { page } = await on.somebody('Ada Lovelace');
    const ofIt = new RegExp(`/threat_models/${model.id}/diagrams`);
    await page.route(ofIt, (route) => route.fulfill({ status: 500, json: { code: 'internal', message: '' } }));
    await page.reload();
    const card = page.getByRole('region', { name: 'Unread' });
    await card.getByText('This could not be read.').waitFor(SOON);
    await page.unroute(ofIt);
    await card.getByRole('button', { name: 'Try again' }).click();
    await card.getByRole('link', { name: /In it/ }).waitFor(SOON);
    expect(await card.getByText('This could not be read.').count()).toBe(0);
  });

  it('in the dialog for sharing Esc closes what was opened last, a refusal is told once, and a link leads to a diagram', async () => {
    await (await on.somebody('Grace Hopper')).leave();
    const { page } = await on.somebody('Ada Lovelace');
    await page.goto(on.url + (await on.newDiagram('Shared')));
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    const sharing = page.getByRole('dialog', { name: 'Who may see this' });
    await sharing.getByRole('button', { name: 'Copy the link' }).waitFor(SOON);
    await sharing.getByPlaceholder('Add by email').fill('nobody@example.com');
    await sharing.getByRole('button', { name: 'Add', exact: true }).click();
    await sharing.getByRole('alert').first().waitFor(SOON);
    expect(await sharing.getByRole('alert').count()).toBe(1);
    await sharing.getByPlaceholder('Add by email').fill('grace@example.com');
    await sharing.getByRole('button', { name: 'Add', exact: true }).click();
    await sharing.getByRole('button', { name: 'Remove Grace Hopper' }).click();
    const asked = page.getByRole('dialog', { name: /Grace Hopper/ });
    await asked.waitFor(SOON);
    await page.keyboard.press('Escape');
    await asked.waitFor({ ...SOON, state: 'detached' });
    expect(await sharing.isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await sharing.waitFor({ ...SOON, state: 'detached' });
    await page.goto(on.url);
    await page.getByRole('button', { name: 'What to do with Demo threat model' }).click();
    await page.getByRole('menuitem', { name: 'Share' }).click();
    await sharing.getByPlaceholder('Add by email').waitFor(SOON);
    expect(await sharing.getByRole('button', { name: 'Copy the link' }).count()).toBe(0);
  });

  it('the focus comes back to the menu that a dialog was opened from, on a slow device too', async () => {
    const { page } = await on.somebody('Ada Lovelace');
    const menu = page.getByRole('button', { name: 'What to do with Demo threat model' });
    for (const device of ['fast', 'slow']) {
      if (device === 'slow') await page.addInitScript(lateTimers);
      await page.reload();
      for (const item of ['Share', 'Rename', 'Delete', 'Share', 'Rename', 'Delete']) {
        await menu.press('Enter');
        await page.locator('[data-menu-item]:focus').waitFor(SOON);
        await page.getByRole('menuitem', { name: item }).press('Enter');
        await page.getByRole('dialog').waitFor(SOON);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ ...SOON, state: 'detached' });
        await expect.poll(() => menu.evaluate((target) => target === document.activeElement), SOON).toBe(true);
      }
    }
  });

  it('whoever is removed while they look sees the members no more', async () => {
    await (await on.somebody('Grace Hopper')).leave();
    const { id } = await on.asAda('POST', '/api/workspaces', { name: 'Secrets' });
    const added = await on.asAda('POST', `/api/workspaces/${id}/members`, {
      email: 'grace@example.com',
      role: 'member',
    });
    const { page } = await on.somebody('Grace Hopper');
    const entered = page.waitForEvent('websocket', SOON).then((socket) => socket.waitForEvent('framereceived', SOON));
    await page.goto(`${on.url}/workspaces/${id}`);
    await page.getByRole('combobox', { name: 'Role of Ada Lovelace' }).waitFor(SOON);
    await entered;
    await on.asAda('DELETE', `/api/workspaces/${id}/members/${added.user_id}`);
    await page.getByText('There is nothing at this address').waitFor(SOON);
  });

  it('whoever leaves a workspace finds it in the list no more', async () => {
    await (await on.somebody('Grace Hopper')).leave();
    const { id } = await on.asAda('POST', '/api/workspaces', { name: 'Left behind' });
    await on.asAda('POST', `/api/workspaces/${id}/members`, { email: 'grace@example.com', role: 'owner' });
    const { page } = await on.somebody('Ada Lovelace');
    await page.getByRole('link', { name: 'Workspaces' }).click();
    await page.getByRole('link', { name: /Left behind/ }).click();
    await page.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { name: 'Workspaces' }).waitFor(SOON);
    await page.getByRole('link', { name: /Left behind/ }).waitFor({ ...SOON, state: 'detached' });
  });

  it('trying once more to make a diagram makes no second threat model', async () => {
    const { page } = await on.somebody('Ada Lovelace');
    await page.getByRole('button', { name: 'New diagram' }).first().click();
    await page.getByLabel('Name of the diagram').fill('Second try');
    await page.getByRole('combobox', { name: 'In', exact: true }).click();
    await page.getByRole('option', { name: 'A new threat model' }).click();
    await page.route('**/diagrams', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({ status: 500, json: { code: 'internal', message: '' } })
        : route.continue(),
    );
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('That did not work.').waitFor(SOON);
    await page.unroute('**/diagrams');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'Second try' }).waitFor(SOON);
    const { data } = await on.asAda('GET', '/threat_models');
    expect(data.filter(({ name }: { name: string }) => name === 'Second try')).toHaveLength(1);
  });

  it('MB6 the owner of a group adds somebody, and hands it over', async () => {
    await (await on.somebody('Grace Hopper')).leave();
    const { page } = await on.somebody('Ada Lovelace');
    await page.getByRole('link', { name: 'Groups' }).click();
    await page.getByRole('button', { name: 'New group' }).click();
    await page.getByLabel('Name of the group').fill('Reviewers');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('link', { name: /Reviewers/ }).click();
    await page.getByPlaceholder('Add by email').fill('grace@example.com');
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('button', { name: 'Remove, Make owner: Grace Hopper' }).click();
    await page.getByRole('menuitem', { name: 'Make owner' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make owner' }).click();
    await page.getByPlaceholder('Add by email').waitFor({ state: 'detached' });
  });

  it('somebody with a token of their own signs in with it, and one that does not hold is refused', async () => {
    const { page } = await on.stranger();
    await page.getByRole('button', { name: 'More ways' }).click();
    await page.getByLabel('Token').fill('not.a.token');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('The server does not take this token.').waitFor();
    const { token } = await on.asAda('POST', '/dev/login', { email: 'noor@example.com', name: 'Noor' });
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('button', { name: 'Account of Noor' }).waitFor();
  });
});

/** In the page: what should be done at once is done a moment later, so that the focus moves after what floats has changed. */
function lateTimers(): void {
  const onTime = window.setTimeout.bind(window);
  const late = (run: () => void, ms = 0) => onTime(run, Math.max(ms, 20));
  Object.assign(window, { setTimeout: late });
}
