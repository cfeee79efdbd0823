/** Signing in, home, workspaces, groups. */
import type { Page } from 'playwright-core';
import { cast, type Name } from '../story.ts';
import { press, seen, type Scene } from '../scene.ts';
import type { Studio } from '../studio.ts';

/** Two workspaces with people, and threat models in and outside of them; in one diagram people are drawing. */
async function furnish(studio: Studio): Promise<{ workspace: string }> {
  const { client, story } = studio;
  const ada = client('ada');
  const { data: known } = await ada.workspaces.list();
  const [first] = known;
  if (first) return { workspace: known.find(({ name }) => name === story.payments)!.id };
  const { id: workspace } = await ada.workspaces.create({ name: story.payments });
  await ada.workspaces.create({ name: story.platform });
  const members = { grace: 'admin', alan: 'read_only', katherine: 'member', barbara: 'member' } as const;
  for (const [name, role] of Object.entries(members))
    await ada.workspaces.addMember(workspace, { email: cast[name as Name].email, role });
  const models = [
    [story.login, null],
    [story.refunds, workspace],
  ] as const;
  for (const [name, workspace_id] of models) {
    const { id } = await ada.threatModels.create({ name, workspace_id });
    await ada.diagrams.create(id, { name });
  }
  await studio.diagram();
  return { workspace };
}

async function someGroups({ client, story }: Studio): Promise<string> {
  const ada = client('ada');
  const { data: groups } = await ada.groups.list();
  const known = groups.find(({ name }) => name === story.reviewers);
  if (known) return known.id;
  await ada.groups.create({ name: story.security });
  const { id } = await ada.groups.create({ name: story.reviewers });
  for (const name of ['grace', 'alan', 'katherine'] as const)
    await ada.groups.addMember(id, (await ada.people.find(cast[name].email)).ulid);
  return id;
}

/** As a server with an identity provider describes itself: one that does not answer. */
const oidc = { issuer: 'https://sign-in.example', client_id: 'roundtable', scope: 'openid', parameters: {} };
const withIssuer = (page: Page) =>
  page.route('**/sign-in-ways', (route) => route.fulfill({ json: { demo: false, oidc } }));

export const pages: readonly Scene[] = [
  {
    name: 'sign-in',
    async take({ window, say }) {
      const page = await window(null);
      await seen(page, say('signingIn:tagline'));
      return page;
    },
  },
  {
    name: 'sign-in-token',
    async take({ window, say }) {
      const page = await window(null);
      await press(page, say('signingIn:moreWays'));
      await page.getByLabel(say('signingIn:token')).fill('eyJhbGciOiJub25lIn0.e30.');
      await press(page, say('signingIn:signIn'));
      await seen(page, say('signingIn:tokenRefused'));
      return page;
    },
  },
  {
    name: 'sign-in-issuer',
    async take({ window, say }) {
      const page = await window(null, '/', withIssuer);
      await seen(page, say('signingIn:moreWays'));
      return page;
    },
  },
  {
    name: 'sign-in-issuer-away',
    async take({ window, say }) {
      const page = await window(null, '/', withIssuer);
      await press(page, say('signingIn:signIn'));
      await seen(page, say('signingIn:failure_unreachable'));
      return page;
    },
  },
  {
    name: 'sign-in-only-token',
    async take({ window, say }) {
      const page = await window(null, '/', (fresh) =>
        fresh.route('**/sign-in-ways', (route) => route.fulfill({ json: { demo: false, oidc: null } })),
      );
      await seen(page, say('signingIn:token'));
      return page;
    },
  },
  {
    name: 'home-empty',
    async take({ window, say }) {
      const page = await window('noor');
      await seen(page, say('entry:nothingHere'));
      return page;
    },
  },
  {
    name: 'home',
    async take(studio) {
      await furnish(studio);
      const place = await studio.diagram(studio.story.warehouse);
      for (const name of ['grace', 'katherine', 'alan'] as const) await studio.joins(name, place);
      const page = await studio.window('ada');
      await seen(page, studio.say('entry:drawing', { count: 3 }));
      return page;
    },
  },
  {
    name: 'new-diagram',
    async take(studio) {
      await furnish(studio);
      const page = await studio.window('ada');
      await press(page, studio.say('entry:newDiagram'));
      await page.getByLabel(studio.say('entry:nameOfDiagram')).fill(studio.story.courier);
      return page;
    },
  },
  {
    name: 'account',
    async take({ window, say }) {
      const page = await window('ada');
      await press(page, say('entry:account', cast.ada));
      await seen(page, say('entry:signOut'));
      return page;
    },
  },
  {
    name: 'workspaces-empty',
    async take({ window, say }) {
      const page = await window('noor', '/workspaces');
      await seen(page, say('people:noWorkspaces'));
      return page;
    },
  },
  {
    name: 'workspaces',
    async take(studio) {
      await furnish(studio);
      const page = await studio.window('ada', '/workspaces');
      await seen(page, studio.story.platform);
      return page;
    },
  },
  {
    name: 'workspace',
    async take(studio) {
      const { workspace } = await furnish(studio);
      const page = await studio.window('ada', `/workspaces/${workspace}`);
      await seen(page, cast.barbara.email);
      return page;
    },
  },
  {
    name: 'workspace-removing',
    async take(studio) {
      const { workspace } = await furnish(studio);
      await studio.joins('grace', await studio.diagram());
      const page = await studio.window('ada', `/workspaces/${workspace}`);
      await press(page, studio.say('people:removeName', cast.grace));
      await page.getByRole('dialog').waitFor();
      return page;
    },
  },
  {
    name: 'groups',
    async take(studio) {
      await someGroups(studio);
      const page = await studio.window('ada', '/groups');
      await seen(page, studio.story.reviewers);
      return page;
    },
  },
  {
    name: 'group',
    async take(studio) {
      const page = await studio.window('ada', `/groups/${await someGroups(studio)}`);
      await seen(page, cast.alan.email);
      return page;
    },
  },
  {
    name: 'nowhere',
    async take({ window, say }) {
      const page = await window('ada', '/nowhere/at/all');
      await seen(page, say('entry:notFoundTitle'));
      return page;
    },
  },
];
