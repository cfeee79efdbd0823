/** Workspaces themselves: made, listed, read, renamed, deleted, and by whom. Their members are tested next door. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { newcomer, type TestPerson } from '../support/people.ts';

let app: TestApp;
let owner: TestPerson, admin: TestPerson, member: TestPerson, reader: TestPerson, stranger: TestPerson;
let workspace: string;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

beforeAll(async () => {
  app = await startApp();
  [owner, admin, member, reader, stranger] = [
    await newcomer(app),
    await newcomer(app),
    await newcomer(app),
    await newcomer(app),
    await newcomer(app),
  ];
  workspace = (await owner.call('POST', '/api/workspaces', { body: { name: 'Payments' } })).body.id;
  for (const [person, role] of [
    [admin, 'admin'],
    [member, 'member'],
    [reader, 'read_only'],
  ] as const) {
    await owner.call('POST', `/api/workspaces/${workspace}/members`, { body: { email: person.email, role } });
  }
});
afterAll(() => app.stop());

describe('making a workspace', () => {
  it('answers 201 with id, trimmed name, the role owner and the time', async () => {
    const { status, body } = await stranger.call('POST', '/api/workspaces', { body: { name: '  Zażółć 🦆 ' } });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Zażółć 🦆',
      role: 'owner',
      created_at: expect.stringMatching(TIME),
    });
    expect(Math.abs(Date.parse(body.created_at) - Date.now())).toBeLessThan(5000);
    expect((await stranger.call('GET', `/api/workspaces/${body.id}`)).body).toEqual(body);
  });

  it('makes the caller its only member, as owner', async () => {
    const { body } = await stranger.call('POST', '/api/workspaces', { body: { name: 'Alone' } });
    const members = await stranger.call('GET', `/api/workspaces/${body.id}/members`);
    expect(members.body.data).toMatchObject([{ user_id: stranger.id, role: 'owner' }]);
  });
});

describe('listing workspaces', () => {
  it("gives mine with my role in each, and nobody else's", async () => {
    expect((await admin.call('GET', '/api/workspaces')).body).toEqual({
      data: [{ id: workspace, name: expect.any(String), role: 'admin', created_at: expect.stringMatching(TIME) }],
      next_cursor: null,
    });
    const strangers = (await stranger.call('GET', '/api/workspaces')).body.data as { id: string }[];
    expect(strangers.map(({ id }) => id)).not.toContain(workspace);
  });

  it('pages through them with limit and cursor: each once, 50 when nothing is said', async () => {
    const many = await newcomer(app);
    const made: string[] = [];
    for (let count = 0; count < 52; count += 1)
      made.push((await many.call('POST', '/api/workspaces', { body: { name: `No. ${count}` } })).body.id);
    expect((await many.call('GET', '/api/workspaces')).body.data).toHaveLength(50);
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await many.call('GET', `/api/workspaces?limit=20${cursor}`);
      seen.push(...(body.data as { id: string }[]).map(({ id }) => id));
      if (body.next_cursor === null) break;
      cursor = `&cursor=${body.next_cursor}`;
    }
    expect(seen).toEqual(made);
  });

  it('has no further page when the last row fits exactly', async () => {
    const two = await newcomer(app);
    for (const name of ['a', 'b']) await two.call('POST', '/api/workspaces', { body: { name } });
    expect((await two.call('GET', '/api/workspaces?limit=2')).body.next_cursor).toBeNull();
    expect((await two.call('GET', '/api/workspaces?limit=1')).body.next_cursor).not.toBeNull();
  });
});

describe('who may what', () => {
  it('lets any member read it, and tells them their role', async () => {
    for (const [person, role] of [
      [owner, 'owner'],
      [admin, 'admin'],
      [member, 'member'],
      [reader, 'read_only'],
    ] as const) {
      expect((await person.call('GET', `/api/workspaces/${workspace}`)).body).toMatchObject({ id: workspace, role });
    }
    expect((await stranger.call('GET', `/api/workspaces/${workspace}`)).status).toBe(403);
  });

  it('accepts its id in either case', async () => {
    expect((await owner.call('GET', `/api/workspaces/${workspace.toUpperCase()}`)).body.id).toBe(workspace);
  });

  it('lets owners and admins rename it, nobody else', async () => {
    const path = `/api/workspaces/${workspace}`;
    for (const [person, name] of [
      [owner, 'By its owner'],
      [admin, 'By an admin'],
    ] as const) {
      expect(await person.call('PATCH', path, { body: { name } })).toMatchObject({ status: 200, body: { name } });
    }
    for (const person of [member, reader, stranger]) {
      expect((await person.call('PATCH', path, { body: { name: 'Taken' } })).status).toBe(403);
    }
    expect((await owner.call('GET', path)).body.name).toBe('By an admin');
  });

  it('lets owners delete it, nobody else; then it is gone for everybody, with its members and threat models', async () => {
    const path = `/api/workspaces/${workspace}`;
    const model = await member.call('POST', '/threat_models', { body: { name: 'Inside', workspace_id: workspace } });
    for (const person of [admin, member, reader, stranger])
      expect((await person.call('DELETE', path)).status).toBe(403);
    expect((await owner.call('DELETE', path)).status).toBe(204);
    for (const person of [owner, stranger]) expect((await person.call('GET', path)).status).toBe(404);
    expect((await member.call('GET', '/api/workspaces')).body.data).toEqual([]);
    expect((await member.call('GET', `/threat_models/${model.body.id}`)).status).toBe(404);
  });
});
