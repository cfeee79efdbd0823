/** Threat models: made, listed, read, changed, deleted; in a workspace or not; people in this API are emails. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { newcomer, type TestPerson } from '../support/people.ts';
import { startSession } from '../support/sessions.ts';

let app: TestApp;
let owner: TestPerson, writer: TestPerson, reader: TestPerson, stranger: TestPerson;
let model: string;
let path: string;

beforeAll(async () => {
  app = await startApp();
  [owner, writer, reader, stranger] = [
    await newcomer(app),
    await newcomer(app),
    await newcomer(app),
    await newcomer(app),
  ];
  model = (await owner.call('POST', '/threat_models', { body: { name: 'Checkout' } })).body.id;
  path = `/threat_models/${model}`;
  const body = (
    [
      [owner, 'owner'],
      [writer, 'writer'],
      [reader, 'reader'],
    ] as const
  ).map(([person, role]) => ({ subject_type: 'user', subject: person.email, role }));
  await owner.call('PUT', `${path}/authorization`, { body });
});
afterAll(() => app.stop());

describe('making one', () => {
  it('answers 201; the caller owns it, by email, and may say nothing but its name', async () => {
    const { status, body } = await owner.call('POST', '/threat_models', { body: { name: ' Login ' } });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Login',
      description: null,
      workspace_id: null,
      owner: owner.email,
      role: 'owner',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect((await owner.call('GET', `/threat_models/${body.id}`)).body).toEqual(body);
  });

  it('takes a description', async () => {
    const body = { name: 'x', description: '  Who may log in  ' };
    expect((await owner.call('POST', '/threat_models', { body })).body.description).toBe('Who may log in');
  });

  it.each([
    ['owner', 201],
    ['admin', 201],
    ['member', 201],
    ['read_only', 403],
    ['nobody', 403],
  ] as const)('in a workspace is for its owners, admins and members: %s', async (role, expected) => {
    const [boss, person] = [await newcomer(app), await newcomer(app)];
    const workspace = (await boss.call('POST', '/api/workspaces', { body: { name: 'w' } })).body.id;
    if (role !== 'nobody')
      await boss.call('POST', `/api/workspaces/${workspace}/members`, { body: { email: person.email, role } });
    const { status, body } = await person.call('POST', '/threat_models', {
      body: { name: 'x', workspace_id: workspace },
    });
    expect(status).toBe(expected);
    if (status === 201) expect(body).toMatchObject({ workspace_id: workspace, owner: person.email, role: 'owner' });
  });

  it('in a workspace that does not exist is 404, and says what is missing', async () => {
    const body = { name: 'x', workspace_id: '01900000-0000-7000-8000-000000000000' };
    expect(await owner.call('POST', '/threat_models', { body })).toMatchObject({
      status: 404,
      body: { code: 'not_found', error: 'not_found', message: 'The workspace was not found' },
    });
  });
});

describe('listing', () => {
  it('gives those that I have a role in, with the role, newest first', async () => {
    const person = await newcomer(app);
    const made: string[] = [];
    for (const name of ['a', 'b', 'c'])
      made.unshift((await person.call('POST', '/threat_models', { body: { name } })).body.id);
    const { body } = await person.call('GET', '/threat_models');
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual(made);
    expect(body.next_cursor).toBeNull();
    expect((await reader.call('GET', '/threat_models')).body.data).toMatchObject([
      { id: model, role: 'reader', owner: owner.email },
    ]);
    expect((await stranger.call('GET', '/threat_models')).body.data).toEqual([]);
  });

  it('pages', async () => {
    const person = await newcomer(app);
    for (const name of ['a', 'b', 'c']) await person.call('POST', '/threat_models', { body: { name } });
    const first = (await person.call('GET', '/threat_models?limit=2')).body;
    const second = (await person.call('GET', `/threat_models?limit=2&cursor=${first.next_cursor}`)).body;
    expect([...first.data, ...second.data].map(({ name }: { name: string }) => name)).toEqual(['c', 'b', 'a']);
    expect(second.next_cursor).toBeNull();
  });
});

describe('AC1 who may what', () => {
  it('readers read; strangers get 403', async () => {
    for (const person of [owner, writer, reader]) expect((await person.call('GET', path)).status).toBe(200);
    expect(await stranger.call('GET', path)).toMatchObject({
      status: 403,
      body: { code: 'forbidden', error: 'forbidden' },
    });
  });

  it('writers change name and description, each alone too; what is not sent stays, and so do other threat models', async () => {
    const { body: other } = await writer.call('POST', '/threat_models', {
      body: { name: 'Other', description: 'Own' },
    });
    expect((await writer.call('PATCH', path, { body: { name: 'Renamed' } })).body).toMatchObject({
      name: 'Renamed',
      description: null,
      role: 'writer',
    });
    expect((await owner.call('PATCH', path, { body: { description: 'Why' } })).body).toMatchObject({
      name: 'Renamed',
      description: 'Why',
    });
    expect((await writer.call('PATCH', path, { body: { description: null } })).body).toMatchObject({
      name: 'Renamed',
      description: null,
    });
    expect((await writer.call('PATCH', path)).body).toMatchObject({ name: 'Renamed', description: null });
    expect((await writer.call('GET', `/threat_models/${other.id}`)).body).toEqual(other);
    for (const person of [reader, stranger])
      expect((await person.call('PATCH', path, { body: { name: 'No' } })).status).toBe(403);
  });

  it('CO10 owners delete, but not while a session is active in it: 409', async () => {
    const { body } = await owner.call('POST', `${path}/diagrams`, { body: { name: 'd' } });
    const { body: other } = await owner.call('POST', '/threat_models', { body: { name: 'Other' } });
    for (const person of [writer, reader, stranger]) expect((await person.call('DELETE', path)).status).toBe(403);
    const end = await startSession(app.database, body.id, owner.id);
    expect(await owner.call('DELETE', path)).toMatchObject({
      status: 409,
      body: { code: 'conflict', message: 'A session is active' },
    });
    await end();
    expect((await owner.call('DELETE', path)).status).toBe(204);
    for (const person of [owner, reader, stranger]) expect((await person.call('GET', path)).status).toBe(404);
    expect((await owner.call('GET', `${path}/diagrams/${body.id}`)).status).toBe(404);
    expect((await owner.call('GET', `/threat_models/${other.id}`)).body).toEqual(other);
  });

  it('a workspace with an active session inside stays too', async () => {
    const workspace = (await owner.call('POST', '/api/workspaces', { body: { name: 'w' } })).body.id;
    const inside = (await owner.call('POST', '/threat_models', { body: { name: 'x', workspace_id: workspace } })).body
      .id;
    const diagram = (await owner.call('POST', `/threat_models/${inside}/diagrams`, { body: { name: 'd' } })).body.id;
    const end = await startSession(app.database, diagram, owner.id);
    expect(await owner.call('DELETE', `/api/workspaces/${workspace}`)).toMatchObject({
      status: 409,
      body: { error: 'W tym workspace trwa sesja' },
    });
    await end();
    expect((await owner.call('DELETE', `/api/workspaces/${workspace}`)).status).toBe(204);
  });
});
