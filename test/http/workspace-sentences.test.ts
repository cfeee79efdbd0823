/** What the workspaces API says when it refuses: Polish unless asked otherwise, its sentence in `error`, each fault in `details`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { call, type Answered, type CallOptions } from '../support/client.ts';
import { newcomer, type TestPerson } from '../support/people.ts';
import { rawCall } from '../support/raw.ts';

let app: TestApp;
let owner: TestPerson, admin: TestPerson, member: TestPerson, stranger: TestPerson;
let path: string;

const UNKNOWN = '01900000-0000-7000-8000-000000000000';

beforeAll(async () => {
  app = await startApp();
  [owner, admin, member, stranger] = [
    await newcomer(app),
    await newcomer(app),
    await newcomer(app),
    await newcomer(app),
  ];
  const { body } = await owner.call('POST', '/api/workspaces', { body: { name: 'Słowa' } });
  path = `/api/workspaces/${body.id}`;
  await owner.call('POST', `${path}/members`, { body: { email: admin.email, role: 'admin' } });
  await owner.call('POST', `${path}/members`, { body: { email: member.email, role: 'member' } });
  // What makes the database fail on one kind of row, so that the sentence of a failed invitation can be heard.
  await app.database.asSystem(async (em) => {
    await em.execute(
      `create function fail() returns trigger language plpgsql as $body$ begin raise exception 'the inside'; end $body$`,
    );
    await em.execute(
      `create trigger fail before insert on workspace_member for each row when (new.role = 'read_only') execute function fail()`,
    );
  });
});
afterAll(() => app.stop());

interface Case {
  when: string;
  ask(options: CallOptions): Promise<Answered>;
  status: number;
  code: string;
  pl: string;
  en: string;
}

const cases: Case[] = [
  {
    when: 'nobody is signed in',
    ask: ({ headers }) => call(app.url, 'POST', `${path}/members`, { headers: headers ?? {}, body: {} }),
    status: 401,
    code: 'unauthenticated',
    pl: 'Brak autoryzacji',
    en: 'You are not signed in',
  },
  {
    when: 'the request is not valid',
    ask: (options) => owner.call('POST', `${path}/members`, { ...options, body: {} }),
    status: 400,
    code: 'invalid',
    pl: 'Błąd walidacji',
    en: 'The request is not valid',
  },
  {
    when: 'a member invites',
    ask: (options) =>
      member.call('POST', `${path}/members`, { ...options, body: { email: stranger.email, role: 'member' } }),
    status: 403,
    code: 'forbidden',
    pl: 'Brak uprawnień do zaproszenia członka',
    en: 'You may not invite a member',
  },
  {
    when: 'an admin invites an owner',
    ask: (options) =>
      admin.call('POST', `${path}/members`, { ...options, body: { email: stranger.email, role: 'owner' } }),
    status: 403,
    code: 'forbidden',
    pl: 'Brak uprawnień do zaproszenia członka',
    en: 'You may not invite a member',
  },
  {
    when: 'a member renames',
    ask: (options) => member.call('PATCH', path, { ...options, body: { name: 'x' } }),
    status: 403,
    code: 'forbidden',
    pl: 'Brak uprawnień',
    en: 'You may not do this',
  },
  {
    when: 'the invited person is not known',
    ask: (options) =>
      owner.call('POST', `${path}/members`, { ...options, body: { email: 'nobody@firm.example', role: 'member' } }),
    status: 404,
    code: 'user_not_found',
    pl: 'Użytkownik nie został znaleziony',
    en: 'There is no such person',
  },
  {
    when: 'the workspace is not known',
    ask: (options) => owner.call('GET', `/api/workspaces/${UNKNOWN}`, options),
    status: 404,
    code: 'not_found',
    pl: 'Workspace nie został znaleziony',
    en: 'The workspace was not found',
  },
  {
    when: 'the person is no member',
    ask: (options) => owner.call('DELETE', `${path}/members/${stranger.id}`, options),
    status: 404,
    code: 'member_not_found',
    pl: "Użytkownik nie jest członkiem tego workspace'u",
    en: 'This person is not a member of the workspace',
  },
  {
    when: 'the invited person is a member',
    ask: (options) =>
      owner.call('POST', `${path}/members`, { ...options, body: { email: member.email, role: 'member' } }),
    status: 409,
    code: 'already_member',
    pl: "Użytkownik jest już członkiem tego workspace'u",
    en: 'This person is already a member of the workspace',
  },
  {
    when: 'the last owner would go',
    ask: (options) => owner.call('DELETE', `${path}/members/${owner.id}`, options),
    status: 409,
    code: 'last_owner',
    pl: 'Workspace musi mieć co najmniej jednego właściciela',
    en: 'A workspace needs at least one owner',
  },
  {
    when: 'the method is wrong',
    ask: (options) => owner.call('PUT', path, options),
    status: 405,
    code: 'method_not_allowed',
    pl: 'Niedozwolona metoda',
    en: 'This method is not allowed here',
  },
  {
    when: 'the database fails on inviting',
    ask: (options) =>
      owner.call('POST', `${path}/members`, { ...options, body: { email: stranger.email, role: 'read_only' } }),
    status: 500,
    code: 'internal',
    pl: 'Nie udało się dodać członka do workspace',
    en: 'The member could not be added to the workspace',
  },
];

describe.each(cases)('CO3 when $when', ({ ask, status, code, pl, en }) => {
  it.each([
    ['Polish', '*', pl],
    ['Polish for whoever speaks neither', 'de, fr;q=0.5', pl],
    ['English on request', 'en-GB, en;q=0.9', en],
    ['the language preferred', 'en;q=0.2, pl;q=0.8', pl],
  ])('it says so in %s', async (_, language, sentence) => {
    const answered = await ask({ headers: { 'accept-language': language } });
    expect(answered.status).toBe(status);
    expect(answered.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answered.headers.get('content-language')).toBe(sentence === pl ? 'pl' : 'en');
    expect(answered.headers.get('vary')).toMatch(/(^|, )Accept-Language(,|$)/);
    expect(answered.body).toMatchObject({ status, code, error: sentence, message: sentence, detail: sentence });
    expect(answered.body.request_id).toBe(answered.headers.get('x-request-id'));
  });
});

it('CO3 speaks Polish when the caller names no language at all', async () => {
  const answered = await rawCall(app.url, 'GET', path);
  expect([answered.headers['content-language'], answered.json.error]).toEqual(['pl', 'Brak autoryzacji']);
});

it('CO8 tells nothing of the inside in a 500, and logs the cause once with its request id', async () => {
  const answered = await owner.call('POST', `${path}/members`, { body: { email: stranger.email, role: 'read_only' } });
  expect(JSON.stringify(answered.body)).not.toMatch(/inside|insert|trigger|stack/i);
  const lines = app.log.filter((line) => line.requestId === answered.body.request_id && line.level === 50);
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines[0])).toContain('the inside');
});

describe('CO3 details', () => {
  const faults = async (ask: Promise<Answered>) => {
    const { body } = await ask;
    return { code: body.code, field: body.field, details: body.details };
  };
  const role = 'member';
  const email = 'somebody@firm.example';

  it('names the one field at fault, also in `field`', async () => {
    expect(await faults(owner.call('POST', '/api/workspaces/here/members', { body: { email, role } }))).toEqual({
      code: 'invalid',
      field: 'workspace_id',
      details: { workspace_id: ['Nieprawidłowy format ID workspace'] },
    });
    expect(await faults(owner.call('POST', `${path}/members`, { body: { email: 'here', role } }))).toEqual({
      code: 'invalid',
      field: 'email',
      details: { email: ['Nieprawidłowy format email'] },
    });
    expect(await faults(owner.call('POST', `${path}/members`, { body: { email, role: 'boss' } }))).toEqual({
      code: 'invalid',
      field: 'role',
      details: { role: ['Nieprawidłowa rola'] },
    });
  });

  it('names them all, in the language asked for', async () => {
    const asked = owner.call('POST', '/api/workspaces/here/members', {
      body: { email: 7, role: null, extra: 1 },
      headers: { 'accept-language': 'en' },
    });
    expect(await faults(asked)).toEqual({
      code: 'invalid',
      field: undefined,
      details: {
        workspace_id: ['Invalid workspace id format'],
        email: ['Invalid email format'],
        role: ['Invalid role'],
        extra: ['Unknown field'],
      },
    });
  });

  it('gives a missing field its format sentence', async () => {
    expect((await faults(owner.call('POST', `${path}/members`))).details).toEqual({
      email: ['Nieprawidłowy format email'],
      role: ['Nieprawidłowa rola'],
    });
    expect((await faults(owner.call('PATCH', path, { body: {} }))).details).toEqual({
      name: ['Nazwa musi mieć od 1 do 200 znaków'],
    });
  });

  it('has a sentence for every field of the API', async () => {
    expect((await faults(owner.call('DELETE', `${path}/members/me`))).details).toEqual({
      user_id: ['Nieprawidłowy format ID użytkownika'],
    });
    expect((await faults(owner.call('GET', `${path}/members?limit=0&cursor=x`))).details).toEqual({
      limit: ['Limit musi być liczbą od 1 do 100'],
      cursor: ['Nieprawidłowy kursor'],
    });
  });
});
