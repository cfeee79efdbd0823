/** The diagrams of a threat model, as entries: made, listed, read, renamed, deleted. Their content is tested elsewhere. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
});
afterAll(() => app.stop());
beforeEach(async () => {
  model = (await owner.call('POST', '/threat_models', { body: { name: 'Drawn' } })).body.id;
  path = `/threat_models/${model}/diagrams`;
  const body = (
    [
      [owner, 'owner'],
      [writer, 'writer'],
      [reader, 'reader'],
    ] as const
  ).map(([person, role]) => ({ subject_type: 'user', subject: person.email, role }));
  await owner.call('PUT', `/threat_models/${model}/authorization`, { body });
});

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('making one', () => {
  it('answers 201 with an empty diagram: its head is 0', async () => {
    const { status, body } = await writer.call('POST', path, { body: { name: ' Flow ' } });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      threat_model_id: model,
      name: 'Flow',
      created_at: expect.stringMatching(TIME),
      updated_at: expect.stringMatching(TIME),
      head: 0,
    });
    expect((await reader.call('GET', `${path}/${body.id}`)).body).toEqual(body);
  });

  it('is for writers and owners', async () => {
    expect((await owner.call('POST', path, { body: { name: 'x' } })).status).toBe(201);
    for (const person of [reader, stranger])
      expect((await person.call('POST', path, { body: { name: 'x' } })).status).toBe(403);
    expect((await owner.call('GET', path)).body.data).toHaveLength(1);
  });

  it('in a threat model that does not exist is 404', async () => {
    const unknown = '/threat_models/01900000-0000-7000-8000-000000000000/diagrams';
    expect(await owner.call('POST', unknown, { body: { name: 'x' } })).toMatchObject({
      status: 404,
      body: { code: 'not_found', message: 'The threat model was not found' },
    });
  });
});

describe('listing and reading', () => {
  it('goes in the order in which they were made, in pages; readers may', async () => {
    for (const name of ['a', 'b', 'c']) await writer.call('POST', path, { body: { name } });
    const first = (await reader.call('GET', `${path}?limit=2`)).body;
    const second = (await reader.call('GET', `${path}?limit=2&cursor=${first.next_cursor}`)).body;
    expect([...first.data, ...second.data].map(({ name }: { name: string }) => name)).toEqual(['a', 'b', 'c']);
    expect(second.next_cursor).toBeNull();
    expect((await stranger.call('GET', path)).status).toBe(403);
  });

  it('a diagram of another threat model does not exist here', async () => {
    const { body } = await writer.call('POST', path, { body: { name: 'x' } });
    const elsewhere = (await owner.call('POST', '/threat_models', { body: { name: 'Elsewhere' } })).body.id;
    for (const [method, options] of [
      ['GET', {}],
      ['PATCH', { body: { name: 'y' } }],
      ['DELETE', {}],
    ] as const) {
      expect(await owner.call(method, `/threat_models/${elsewhere}/diagrams/${body.id}`, options)).toMatchObject({
        status: 404,
        body: { message: 'The diagram was not found' },
      });
    }
    expect((await owner.call('GET', `${path}/${body.id}`)).body.name).toBe('x');
  });

  it('CO2 404 comes before 403', async () => {
    expect((await stranger.call('GET', `${path}/01900000-0000-7000-8000-000000000000`)).status).toBe(404);
    const { body } = await writer.call('POST', path, { body: { name: 'x' } });
    expect((await stranger.call('GET', `${path}/${body.id}`)).status).toBe(403);
  });
});

describe('AC1 renaming and deleting', () => {
  it('writers rename; the time of the change goes forward', async () => {
    const { body } = await writer.call('POST', path, { body: { name: 'x' } });
    const renamed = await writer.call('PATCH', `${path}/${body.id}`, { body: { name: 'y' } });
    expect(renamed).toMatchObject({ status: 200, body: { name: 'y', created_at: body.created_at } });
    expect(Date.parse(renamed.body.updated_at)).toBeGreaterThan(Date.parse(body.updated_at));
    for (const person of [reader, stranger])
      expect((await person.call('PATCH', `${path}/${body.id}`, { body: { name: 'z' } })).status).toBe(403);
  });

  it('CO10 owners delete, but not while a session is active: 409', async () => {
    const { body } = await writer.call('POST', path, { body: { name: 'x' } });
    const one = `${path}/${body.id}`;
    for (const person of [writer, reader, stranger]) expect((await person.call('DELETE', one)).status).toBe(403);
    const end = await startSession(app.database, body.id, owner.id);
    expect(await owner.call('DELETE', one)).toMatchObject({
      status: 409,
      body: { code: 'conflict', message: 'A session is active' },
    });
    await end();
    expect((await owner.call('DELETE', one)).status).toBe(204);
    expect((await owner.call('GET', one)).status).toBe(404);
  });
});
