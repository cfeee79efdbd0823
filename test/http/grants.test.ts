/** The authorization of a threat model: a list that is replaced as a whole, and never without a person who owns it (MB3). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { groupOf } from '../support/groups.ts';
import { newcomer, type TestPerson } from '../support/people.ts';

let app: TestApp;
let owner: TestPerson, other: TestPerson, stranger: TestPerson;
let path: string;
let model: string;

beforeAll(async () => {
  app = await startApp();
  [owner, other, stranger] = [await newcomer(app), await newcomer(app), await newcomer(app)];
});
afterAll(() => app.stop());
beforeEach(async () => {
  model = (await owner.call('POST', '/threat_models', { body: { name: 'Granted' } })).body.id;
  path = `/threat_models/${model}/authorization`;
});

const user = (subject: string, role: string) => ({ subject_type: 'user', subject, role });
const group = (subject: string, role: string) => ({ subject_type: 'group', subject, role });
const replaced = (body: unknown) => owner.call('PUT', path, { body });
const listed = async () => (await owner.call('GET', path)).body as unknown[];

describe('the list', () => {
  it('starts with the creator, as an ordinary owner', async () => {
    expect(await listed()).toEqual([user(owner.email, 'owner')]);
  });

  it('is what was put, answered and kept: people by email, groups by ULID', async () => {
    const team = await groupOf(app.database, stranger.id);
    const list = [user(other.email, 'writer'), group(team.ulid, 'reader'), user(owner.email, 'owner')];
    expect(await replaced(list)).toMatchObject({ status: 200, body: list });
    expect(await listed()).toEqual(list);
  });

  it('takes emails and ULIDs in either case, and answers in one', async () => {
    const team = await groupOf(app.database, stranger.id);
    const sent = [user(owner.email.toUpperCase(), 'owner'), group(team.ulid.toLowerCase(), 'writer')];
    expect((await replaced(sent)).body).toEqual([user(owner.email, 'owner'), group(team.ulid, 'writer')]);
  });

  it('is seen by everybody with a role, and replaced by owners only', async () => {
    await replaced([user(owner.email, 'owner'), user(other.email, 'writer')]);
    expect((await other.call('GET', path)).status).toBe(200);
    expect((await stranger.call('GET', path)).status).toBe(403);
    for (const person of [other, stranger]) {
      expect((await person.call('PUT', path, { body: [user(person.email, 'owner')] })).status).toBe(403);
    }
    expect(await listed()).toHaveLength(2);
  });

  it('is seen also by those who may only read', async () => {
    const list = [user(owner.email, 'owner'), user(other.email, 'reader')];
    await replaced(list);
    expect(await other.call('GET', path)).toMatchObject({ status: 200, body: list });
  });

  it('gives and takes at once', async () => {
    await replaced([user(owner.email, 'owner'), user(other.email, 'reader')]);
    expect((await other.call('GET', `/threat_models/${model}`)).body.role).toBe('reader');
    await replaced([user(owner.email, 'owner')]);
    expect((await other.call('GET', `/threat_models/${model}`)).status).toBe(403);
  });

  it('MB3 names another owner of the threat model when the first one is no owner any more', async () => {
    await replaced([user(owner.email, 'owner'), user(other.email, 'owner')]);
    expect((await owner.call('GET', `/threat_models/${model}`)).body.owner).toBe(owner.email);
    await other.call('PUT', path, { body: [user(other.email, 'owner'), user(owner.email, 'reader')] });
    expect((await owner.call('GET', `/threat_models/${model}`)).body).toMatchObject({
      owner: other.email,
      role: 'reader',
    });
  });
});

describe('refused, and nothing changes', () => {
  it.each([
    ['nobody', () => []],
    ['readers and writers only', () => [user(owner.email, 'writer'), user(other.email, 'reader')]],
    ['a group as the only owner', async () => [group((await groupOf(app.database, owner.id)).ulid, 'owner')]],
  ])('MB3 without a person who owns it: %s', async (_, list) => {
    expect(await replaced(await list())).toMatchObject({
      status: 409,
      body: { code: 'last_owner', message: 'At least one person has to remain an owner' },
    });
    expect(await listed()).toEqual([user(owner.email, 'owner')]);
  });

  it('MB4 with a person who is not known: 404', async () => {
    const list = [user(owner.email, 'owner'), user('nobody@firm.example', 'reader')];
    expect(await replaced(list)).toMatchObject({ status: 404, body: { code: 'user_not_found', field: 'subject' } });
    expect(await listed()).toEqual([user(owner.email, 'owner')]);
  });

  it('MB4 by somebody who may not grant, whoever is named: 403', async () => {
    const nobody = [user(other.email, 'owner'), user('nobody@firm.example', 'reader')];
    const nothing = [user(other.email, 'owner'), group('01ARZ3NDEKTSV4RRFFQ69G5FAV', 'reader')];
    for (const body of [nobody, nothing]) {
      expect(await other.call('PUT', path, { body })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
  });

  it('CO2 with a person who is not known, and without an owner: 404', async () => {
    const answered = await replaced([user('nobody@firm.example', 'reader')]);
    expect(answered).toMatchObject({ status: 404, body: { code: 'user_not_found' } });
  });

  it('with a group that is not known: 404', async () => {
    const list = [user(owner.email, 'owner'), group('01ARZ3NDEKTSV4RRFFQ69G5FAV', 'reader')];
    expect(await replaced(list)).toMatchObject({
      status: 404,
      body: { code: 'not_found', message: 'The group was not found' },
    });
  });

  it.each([
    ['an object', () => ({})],
    ['a subject twice', () => [user(owner.email, 'owner'), user(owner.email.toUpperCase(), 'reader')]],
    ['an unknown role', () => [user(owner.email, 'admin')]],
    ['an unknown kind', () => [{ ...user(owner.email, 'owner'), subject_type: 'robot' }]],
    ['an unknown member', () => [{ ...user(owner.email, 'owner'), note: 'x' }]],
    ['an email for a group', () => [user(owner.email, 'owner'), group(other.email, 'reader')]],
    ['a ULID that is too large', () => [user(owner.email, 'owner'), group('8ZZZZZZZZZZZZZZZZZZZZZZZZZ', 'reader')]],
    ['a thousand and one', () => Array.from({ length: 1001 }, (_, index) => user(`p${index}@firm.example`, 'owner'))],
  ])('with %s: 400', async (_, list) => {
    expect(await replaced(list())).toMatchObject({ status: 400, body: { code: 'invalid' } });
    expect(await listed()).toEqual([user(owner.email, 'owner')]);
  });
});
