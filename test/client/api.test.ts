/** Every call of every API once, against a real server, as the SDK makes it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createApi, RoundtableError, type Language, type Listing } from '../../src/client/index.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { node, somebody, table, tokenOf, type Somebody } from './stage.ts';

/** Every call that was made here, by the route's own path. */
const called = new Set<string>();
const watched: typeof fetch = (input, init) => {
  const path = new URL(String(input)).pathname;
  const method = (init?.method ?? 'GET').toLowerCase();
  const route = app.routes.find((each) => each.method === method && patternOf(each.path).test(path));
  called.add(route?.operationId ?? path);
  return fetch(input, init);
};
const patternOf = (path: string) => new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`);

let app: TestApp;
let ada: Somebody;
let grace: Somebody;
beforeAll(async () => {
  app = await startApp();
  [ada, grace] = [await somebody(app, 'ada', { fetch: watched }), await somebody(app, 'grace', { fetch: watched })];
});
afterAll(() => app.stop());

async function all<Item>(list: Listing<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of list) items.push(item);
  return items;
}

/** Routes that are not the SDK's business: a second way to the same, GraphQL, and what operators ask. */
const OTHERS = [
  'devLogin',
  'getApiDescription',
  'getMetrics',
  'getWaysToSignIn',
  'graphiql',
  'graphql',
  'isAlive',
  'isReady',
  'removeGroupMember',
];

/** What a call is refused with. */
async function refusal(call: Promise<unknown>): Promise<RoundtableError> {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RoundtableError);
  return error as RoundtableError;
}

describe('people', () => {
  it('SD1 me, find', async () => {
    const me = await ada.client.me();
    expect(me).toMatchObject({ email: ada.email, full_name: 'ada', platform_admin: false });
    const found = await grace.client.people.find(ada.email);
    expect({ ...found, platform_admin: false }).toEqual(me);
    expect(await refusal(ada.client.people.find('nobody@firm.example'))).toMatchObject({
      code: 'user_not_found',
      status: 404,
    });
  });
});

describe('workspaces', () => {
  it('SD1 create, list, get, rename, members, addMember, changeMember, removeMember, remove', async () => {
    const { workspaces } = ada.client;
    const { id: graceId } = await grace.client.me();
    const made = await workspaces.create({ name: 'Payments' });
    expect(made).toMatchObject({ name: 'Payments', role: 'owner' });
    expect((await workspaces.list()).data).toContainEqual(made);
    expect(await workspaces.get(made.id)).toEqual(made);
    expect((await workspaces.rename(made.id, 'Refunds')).name).toBe('Refunds');
    const member = await workspaces.addMember(made.id, { email: grace.email, role: 'member' });
    expect(member).toMatchObject({ user_id: graceId, role: 'member', profile: { email: grace.email } });
    expect((await all(workspaces.members(made.id))).map(({ user_id }) => user_id)).toContain(graceId);
    expect((await workspaces.changeMember(made.id, graceId, 'admin')).role).toBe('admin');
    await workspaces.removeMember(made.id, graceId);
    expect((await workspaces.members(made.id)).data).toHaveLength(1);
    await workspaces.remove(made.id);
    expect(await refusal(workspaces.get(made.id))).toMatchObject({ code: 'not_found' });
  });

  it('SD1 are read page after page, or all at once', async () => {
    const { client } = await somebody(app);
    const names = ['one', 'two', 'three'];
    for (const name of names) await client.workspaces.create({ name });
    const first = await client.workspaces.list({ limit: 2 });
    expect(first.data).toHaveLength(2);
    const second = await client.workspaces.list({ limit: 2, cursor: first.next_cursor! });
    expect([...first.data, ...second.data].map(({ name }) => name).sort()).toEqual([...names].sort());
    expect(second.next_cursor).toBeNull();
    expect(await all(client.workspaces.list({ limit: 1 }))).toHaveLength(3);
  });
});

describe('groups', () => {
  it('SD1 create, list, get, change, members, addMember, removeMember, remove', async () => {
    const { groups } = ada.client;
    const { ulid } = await grace.client.me();
    const made = await groups.create({ name: 'Reviewers', description: 'Read before a release' });
    expect((await groups.list()).data).toContainEqual(made);
    expect(await groups.get(made.id)).toEqual(made);
    expect((await groups.change(made.id, { name: 'Readers', description: null })).description).toBeNull();
    const member = await groups.addMember(made.id, ulid);
    expect(member).toMatchObject({ user_id: ulid, email: grace.email });
    expect(await groups.members(made.id)).toEqual({ data: [member], next_cursor: null });
    expect(await all(groups.members(made.id, { limit: 1 }))).toEqual([member]);
    await groups.removeMember(made.id, ulid);
    expect((await groups.members(made.id)).data).toEqual([]);
    await groups.remove(made.id);
    expect(await refusal(groups.get(made.id))).toMatchObject({ code: 'not_found' });
  });
});

describe('conversations', () => {
  it('SD1 create, list, rename, participants, addParticipant, changeParticipant, send, messages, removeParticipant, remove', async () => {
    const { conversations } = ada.client;
    const { number } = await grace.client.me();
    const made = await conversations.create({ title: 'Before the release' });
    expect((await conversations.list()).data).toContainEqual(made);
    expect((await conversations.rename(made.id, 'After it')).title).toBe('After it');
    const added = await conversations.addParticipant(made.id, { user_id: number });
    expect(added).toMatchObject({ user_id: number, role: 'member', conversation_id: made.id });
    expect((await all(conversations.participants(made.id))).map(({ user_id }) => user_id)).toContain(number);
    expect((await conversations.participants(made.id, { limit: 1 })).next_cursor).not.toBeNull();
    expect((await conversations.changeParticipant(made.id, number, 'admin')).role).toBe('admin');
    const message = await conversations.send(made.id, 'Hello');
    expect(await all(grace.client.conversations.messages(made.id))).toEqual([message]);
    await conversations.removeParticipant(made.id, number);
    expect(await refusal(grace.client.conversations.send(made.id, 'x'))).toMatchObject({
      code: 'forbidden',
      status: 403,
    });
    await conversations.remove(made.id);
    expect(await refusal(conversations.messages(made.id))).toMatchObject({ code: 'not_found' });
  });
});

describe('threat models', () => {
  it('SD1 create, list, get, change, authorization, authorize, remove', async () => {
    const { threatModels } = ada.client;
    const made = await threatModels.create({ name: 'Checkout', description: 'The shop' });
    expect(made).toMatchObject({ owner: ada.email, role: 'owner' });
    expect((await threatModels.list()).data).toContainEqual(made);
    expect(await threatModels.get(made.id)).toEqual(made);
    expect((await threatModels.change(made.id, { description: null })).description).toBeNull();
    const grants = await threatModels.authorization(made.id);
    expect(grants).toEqual([{ subject_type: 'user', subject: ada.email, role: 'owner' }]);
    const more = [...grants, { subject_type: 'user' as const, subject: grace.email, role: 'reader' as const }];
    expect(await threatModels.authorize(made.id, more)).toHaveLength(2);
    expect((await grace.client.threatModels.get(made.id)).role).toBe('reader');
    await threatModels.remove(made.id);
    expect(await refusal(threatModels.get(made.id))).toMatchObject({ code: 'not_found' });
  });
});

describe('diagrams', () => {
  it('SD1 create, list, get, rename, content, replaceContent, state, applyUpdate, remove', async () => {
    const { place, people } = await table(app, ['ada'], 'writer', { fetch: watched });
    const { diagrams } = people[0]!.client;
    const made = await diagrams.get(place);
    expect((await diagrams.list(place.threatModelId)).data).toEqual([made]);
    expect((await diagrams.rename(place, 'Second draft')).name).toBe('Second draft');
    const { head } = await diagrams.replaceContent(place, [node('shop')], { ifHead: made.head });
    expect(await diagrams.content(place)).toEqual({ head, cells: [node('shop')] });
    expect(await refusal(diagrams.replaceContent(place, [], { ifHead: made.head }))).toMatchObject({
      code: 'precondition_failed',
      status: 412,
    });
    const document = new Y.Doc();
    Y.applyUpdate(document, await diagrams.state(place));
    document.getMap('cells').set('bank', new Y.Map(Object.entries(node('bank'))));
    const applied = await diagrams.applyUpdate(place, Y.encodeStateAsUpdate(document));
    expect(applied.head).toBeGreaterThan(head);
    expect((await diagrams.content(place)).cells).toHaveLength(2);
    await diagrams.remove(place);
    expect(await refusal(diagrams.get(place))).toMatchObject({ code: 'not_found' });
  });

  it('SD1 versions: keep, list, get, restore', async () => {
    const { place, people } = await table(app, ['ada'], 'writer', { fetch: watched });
    const { diagrams } = people[0]!.client;
    await diagrams.replaceContent(place, [node('shop')]);
    const kept = await diagrams.versions.keep(place, 'Before');
    expect(kept).toMatchObject({ name: 'Before', kind: 'named', author: people[0]!.email });
    await diagrams.replaceContent(place, []);
    expect((await all(diagrams.versions.list(place))).map(({ id }) => id)).toContain(kept.id);
    expect(await diagrams.versions.get(place, kept.id)).toEqual({ ...kept, cells: [node('shop')] });
    const { head } = await diagrams.versions.restore(place, kept.id);
    expect(await diagrams.content(place)).toEqual({ head, cells: [node('shop')] });
  });
});

describe('sessions', () => {
  it('SD1 get, open, mine, end', async () => {
    const { place, people } = await table(app, ['ada', 'grace'], 'writer', { fetch: watched });
    const [host, guest] = people as [Somebody, Somebody];
    expect(await host.client.sessions.get(place)).toMatchObject({ session_id: null, host: null, participants: [] });
    const opened = await host.client.sessions.open(place);
    expect(opened).toMatchObject({ created: true, host: host.email });
    expect((await guest.client.sessions.open(place)).created).toBe(false);
    expect((await guest.client.sessions.mine()).map(({ session_id }) => session_id)).toEqual([opened.session_id]);
    expect(await refusal(guest.client.sessions.end(place))).toMatchObject({ code: 'forbidden', status: 403 });
    await host.client.sessions.end(place);
    expect(await refusal(host.client.sessions.end(place))).toMatchObject({ code: 'session_not_found' });
  });

  it('SD1 somebody without a role is refused with 401, which is no question of the token', async () => {
    const { place } = await table(app, ['ada'], 'writer', { fetch: watched });
    let asked = 0;
    const { email } = await somebody(app);
    const api = createApi({
      url: app.url,
      token: () => {
        asked += 1;
        return tokenOf(email);
      },
    });
    expect(await refusal(api.sessions.open(place))).toMatchObject({ code: 'forbidden', status: 401 });
    expect(asked).toBe(1);
  });
});

describe('the audit trail', () => {
  it('SD1 list, for platform admins', async () => {
    const admin = await somebody(app, 'admin', { claims: { roles: ['admin'] }, fetch: watched });
    await ada.client.workspaces.create({ name: 'Watched' });
    const { data } = await admin.client.audit.list({ actor: ada.email, outcome: 'granted' }, { limit: 1 });
    expect(data).toEqual([expect.objectContaining({ actor_email: ada.email, action: 'workspace.create' })]);
    expect(await refusal(ada.client.audit.list())).toMatchObject({ code: 'forbidden' });
  });
});

describe('SD1 refusals', () => {
  it('carry the code, the sentence, the fields and the id of the request, in the language asked for', async () => {
    let chosen: Language = 'pl';
    const { client } = await somebody(app, 'pole', { language: () => chosen });
    const { id } = await client.workspaces.create({ name: 'W' });
    const error = await refusal(client.workspaces.addMember(id, { email: 'not an email', role: 'member' }));
    expect(error).toMatchObject({
      code: 'invalid',
      status: 400,
      field: 'email',
      details: { email: ['Nieprawidłowy format email'] },
      requestId: expect.any(String),
    });
    chosen = 'en';
    expect(await refusal(client.workspaces.get(crypto.randomUUID()))).toMatchObject({
      message: 'The workspace was not found',
    });
  });

  it('a signal stops a call', async () => {
    const controller = new AbortController();
    const call = ada.client.workspaces.list({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    await expect(ada.client.me({ signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  });
});

it('SD1 no route is left out, but for those of operators and tools', () => {
  const left = app.routes.map(({ operationId }) => operationId).filter((operation) => !called.has(operation));
  expect(left.sort()).toEqual(OTHERS);
});
