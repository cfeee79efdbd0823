/** Lists that are longer than one answer of the server, in a real browser against a real server. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { button, seen } from './diagram/hands.ts';
import { renderedWhile, watchRendering } from './rendered.ts';
import { stage } from './stage.ts';
import { SOON } from './visitor.ts';

describe('WE5 long lists', () => {
  const on = stage();
  const pathOf = ({ id, threat_model_id }: { id: string; threat_model_id: string }) =>
    `/threat-models/${threat_model_id}/diagrams/${id}`;

  /** People with a profile, who have never come. */
  const people = (count: number) =>
    on.sql(
      `insert into profile (id, issuer, subject, email, username, full_name)
       select gen_random_uuid(), 'test', n::text, 'p' || n || '@example.com', 'p' || n, 'Person ' || n
       from generate_series(1, $1::int) n on conflict do nothing`,
      [count],
    );
  const rowsIn = (page: Page) => page.getByRole('combobox', { name: /^Role of/ }).count();

  it('home has what people draw in on top however old it is, and knows what a workspace holds', async () => {
    const { id: workspace_id } = await on.asAda('POST', '/api/workspaces', { name: 'Old workspace' });
    const old = await on.asAda('POST', '/threat_models', { name: 'The live one', workspace_id });
    const diagram = await on.asAda('POST', `/threat_models/${old.id}/diagrams`, { name: 'Drawn in' });
    for (let each = 0; each < 21; each += 1) await on.asAda('POST', '/threat_models', { name: `Model ${each}` });
    const { page: drawing } = await on.somebody('Ada Lovelace');
    await drawing.goto(on.url + pathOf(diagram));
    await seen(drawing, 'Saved');

    const { page } = await on.somebody('Ada Lovelace');
    await seen(page, 'Model 20');
    const titles = page.getByRole('heading', { level: 2 });
    expect(await titles.first().innerText()).toBe('The live one');
    await seen(page, '1 person drawing now');
    expect(await titles.count()).toBe(20);
    await button(page, 'Show more').click();
    await expect.poll(() => titles.count(), SOON).toBeGreaterThan(22);
    expect(await button(page, 'Show more').count()).toBe(0);

    await drawing.close();
    await page.reload();
    await seen(page, 'Model 20');
    await button(page, 'Old workspace').click();
    await expect.poll(() => titles.allInnerTexts(), SOON).toEqual(['The live one']);
    expect(await page.getByText('Nothing here yet').count()).toBe(0);
    await button(page, 'New diagram').click();
    await page.getByRole('combobox', { name: 'In', exact: true }).click();
    await page.getByRole('option', { name: 'The live one' }).waitFor(SOON);
  });

  it('every workspace and every group is listed', async () => {
    await on.sql(
      `with ada as (select id from profile where email = 'ada@example.com'),
            made as (insert into workspace (id, name)
              select gen_random_uuid(), 'Workspace ' || n from generate_series(1, 110) n returning id)
       insert into workspace_member (workspace_id, profile_id, role) select made.id, ada.id, 'owner' from made, ada`,
      [],
    );
    await on.sql(
      `insert into user_group (id, name, owner_id)
       select gen_random_uuid(), 'Group ' || n, id from generate_series(1, 110) n, profile where email = 'ada@example.com'`,
      [],
    );
    const { page } = await on.somebody('Ada Lovelace');
    const places = page.getByRole('navigation', { name: 'Workspaces' }).getByRole('button', { name: /^Workspace \d/ });
    await expect.poll(() => places.count(), SOON).toBe(110);
    for (const [kind, name] of [
      ['Workspaces', /^Workspace \d/],
      ['Groups', /^Group \d/],
    ] as const) {
      await page.getByRole('link', { name: kind }).click();
      await expect.poll(() => page.getByRole('main').getByRole('link', { name }).count(), SOON).toBe(110);
    }
  });

  it('of many members some are shown, and typing into the search renders none of them anew', async () => {
    const { id } = await on.asAda('POST', '/api/workspaces', { name: 'Large' });
    await people(130);
    await on.sql(
      `insert into workspace_member (workspace_id, profile_id, role)
       select $1, id, 'member' from profile where issuer = 'test'`,
      [id],
    );
    const { page } = await on.somebody('Ada Lovelace');
    await watchRendering(page);
    await page.goto(`${on.url}/workspaces/${id}`);
    const search = page.getByRole('textbox', { name: 'Search' });
    await expect.poll(() => search.getAttribute('placeholder'), SOON).toBe('Search · 131 members');
    expect(await rowsIn(page)).toBe(50);
    await button(page, 'Show more').click();
    await expect.poll(() => rowsIn(page), SOON).toBe(100);
    await search.fill('@example');
    const rendered = await renderedWhile(page, async () => {
      await page.keyboard.type('.com');
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    });
    expect(rendered.size).toBeLessThan(20);
    await search.fill('person 130');
    await expect.poll(() => rowsIn(page), SOON).toBe(1);
    await page.getByRole('combobox', { name: 'Role of Person 130' }).waitFor(SOON);
  });

  it('of many people who may see something no more are looked up than are shown', async () => {
    const { id } = await on.asAda('POST', '/threat_models', { name: 'For everybody' });
    await people(130);
    await on.sql(
      `insert into threat_model_grant (id, threat_model_id, profile_id, role)
       select gen_random_uuid(), $1, id, 'reader' from profile where issuer = 'test'`,
      [id],
    );
    const { page } = await on.somebody('Ada Lovelace');
    let lookedUp = 0;
    page.on('request', (request) => (lookedUp += new URL(request.url()).pathname === '/people' ? 1 : 0));
    await button(page, 'What to do with For everybody').click();
    await page.getByRole('menuitem', { name: 'Share' }).click();
    await expect.poll(() => rowsIn(page), SOON).toBe(50);
    expect(lookedUp).toBeLessThanOrEqual(50);
    await button(page, 'Show more').last().click();
    await expect.poll(() => rowsIn(page), SOON).toBe(100);
    expect(lookedUp).toBeLessThanOrEqual(100);
    expect(await page.getByText(/^p\d+@example.com$/).count()).toBeGreaterThan(90);
  });
});
