/** The members of a workspace: who adds, changes and removes whom, and what the answers look like (MB2, MB4). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { newcomer, type TestPerson } from '../support/people.ts';

type Role = 'owner' | 'admin' | 'member' | 'read_only';
const ROLES: readonly Role[] = ['owner', 'admin', 'member', 'read_only'];

let app: TestApp;
/** Somebody with each role in a workspace that every test has for itself. */
let cast: Record<Role, TestPerson>;
let stranger: TestPerson;
let path: string;
let workspace: string;

beforeAll(async () => {
  app = await startApp();
  cast = {
    owner: await newcomer(app, { name: 'Olga Owner' }),
    admin: await newcomer(app),
    member: await newcomer(app),
    read_only: await newcomer(app),
  };
  stranger = await newcomer(app);
});
afterAll(() => app.stop());
beforeEach(async () => {
  workspace = (await cast.owner.call('POST', '/api/workspaces', { body: { name: 'Team' } })).body.id;
  path = `/api/workspaces/${workspace}/members`;
  for (const role of ROLES.slice(1)) await cast.owner.call('POST', path, { body: { email: cast[role].email, role } });
});

const rolesNow = async () => {
  const { body } = await cast.owner.call('GET', path);
  return Object.fromEntries(
    (body.data as { user_id: string; role: Role }[]).map(({ user_id, role }) => [user_id, role]),
  );
};

describe('adding', () => {
  it('answers 201 with the member: ids, role, time and profile', async () => {
    const someone = await newcomer(app, { name: 'Nina Newcomer' });
    const { status, body } = await cast.admin.call('POST', path, { body: { email: someone.email, role: 'member' } });
    expect(status).toBe(201);
    expect(body).toEqual({
      user_id: someone.id,
      workspace_id: workspace,
      role: 'member',
      joined_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      profile: { email: someone.email, full_name: 'Nina Newcomer', avatar_url: null },
    });
    const { data } = (await cast.owner.call('GET', path)).body;
    expect(data.at(-1)).toEqual(body);
  });

  it('finds the person by their email in any case and with blanks around it', async () => {
    const someone = await newcomer(app);
    const sent = { email: `  ${someone.email.toUpperCase()} `, role: 'read_only' };
    expect(await cast.owner.call('POST', path, { body: sent })).toMatchObject({
      status: 201,
      body: { user_id: someone.id },
    });
  });

  it.each(ROLES)('is for owners and admins: as %s', async (role) => {
    const someone = await newcomer(app);
    const { status } = await cast[role].call('POST', path, { body: { email: someone.email, role: 'member' } });
    expect(status).toBe(role === 'owner' || role === 'admin' ? 201 : 403);
    expect(someone.id in (await rolesNow())).toBe(status === 201);
  });

  it('MB2 lets only an owner give the role of owner; an admin who tries gets the inviting sentence', async () => {
    const someone = await newcomer(app);
    const refused = await cast.admin.call('POST', path, { body: { email: someone.email, role: 'owner' } });
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'forbidden', error: 'Brak uprawnień do zaproszenia członka' },
    });
    expect((await cast.owner.call('POST', path, { body: { email: someone.email, role: 'owner' } })).status).toBe(201);
  });

  it("MB4 knows only people with a profile: 404, and the caller's standing comes first", async () => {
    const sent = { email: 'nobody@firm.example', role: 'member' };
    expect(await cast.owner.call('POST', path, { body: sent })).toMatchObject({
      status: 404,
      body: { code: 'user_not_found' },
    });
    expect(await stranger.call('POST', path, { body: sent })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
  });

  it('MB1 answers 409 to somebody who is a member already, whatever role was meant', async () => {
    const again = { email: cast.member.email, role: 'admin' };
    expect(await cast.owner.call('POST', path, { body: again })).toMatchObject({
      status: 409,
      body: { code: 'already_member' },
    });
    expect((await rolesNow())[cast.member.id]).toBe('member');
  });
});

describe('listing', () => {
  it.each(ROLES)('is for any member: as %s', async (role) => {
    expect((await cast[role].call('GET', path)).body.data).toHaveLength(4);
  });

  it('is not for strangers', async () => {
    expect((await stranger.call('GET', path)).status).toBe(403);
  });

  it('goes by the time of joining, in pages', async () => {
    const first = (await cast.member.call('GET', `${path}?limit=3`)).body;
    const second = (await cast.member.call('GET', `${path}?limit=3&cursor=${first.next_cursor}`)).body;
    const ids = [...first.data, ...second.data].map((member: { user_id: string }) => member.user_id);
    expect(ids).toEqual(ROLES.map((role) => cast[role].id));
    expect(second.next_cursor).toBeNull();
  });
});

describe('MB2 CO2 changing a role', () => {
  it('answers 200 with the member', async () => {
    const { status, body } = await cast.admin.call('PATCH', `${path}/${cast.member.id}`, {
      body: { role: 'read_only' },
    });
    expect([status, body.user_id, body.role]).toEqual([200, cast.member.id, 'read_only']);
    expect((await rolesNow())[cast.member.id]).toBe('read_only');
  });

  // Who tries, on whom, to what: MB2 says which of them owners alone may do.
  it.each([
    ['owner', 'owner', 'owner', 200],
    ['owner', 'admin', 'owner', 200],
    ['owner', 'read_only', 'admin', 200],
    ['admin', 'member', 'admin', 200],
    ['admin', 'admin', 'member', 200],
    ['admin', 'owner', 'member', 403],
    ['admin', 'owner', 'owner', 403],
    ['admin', 'member', 'owner', 403],
    ['admin', 'admin', 'owner', 403],
    ['member', 'member', 'admin', 403],
    ['member', 'read_only', 'member', 403],
    ['read_only', 'read_only', 'member', 403],
  ] as const)('MB2 by %s of %s to %s: %i', async (by, of, to, expected) => {
    const before = await rolesNow();
    expect((await cast[by].call('PATCH', `${path}/${cast[of].id}`, { body: { role: to } })).status).toBe(expected);
    expect((await rolesNow())[cast[of].id]).toBe(expected === 200 ? to : before[cast[of].id]);
  });

  it('is 404 for a person who does not exist, and for one who is no member; 403 comes first', async () => {
    const unknown = `${path}/01900000-0000-7000-8000-000000000000`;
    const body = { role: 'member' };
    expect((await cast.owner.call('PATCH', unknown, { body })).body.code).toBe('user_not_found');
    expect((await cast.owner.call('PATCH', `${path}/${stranger.id}`, { body })).body.code).toBe('member_not_found');
    expect((await cast.member.call('PATCH', unknown, { body })).body.code).toBe('forbidden');
    expect((await stranger.call('PATCH', `${path}/${stranger.id}`, { body })).body.code).toBe('forbidden');
  });
});

describe('removing', () => {
  it.each([
    ['owner', 'admin', 204],
    ['owner', 'read_only', 204],
    ['admin', 'member', 204],
    ['admin', 'admin', 204],
    ['admin', 'owner', 403],
    ['member', 'read_only', 403],
    ['member', 'owner', 403],
    ['read_only', 'member', 403],
  ] as const)('MB2 by %s of %s: %i', async (by, of, expected) => {
    expect((await cast[by].call('DELETE', `${path}/${cast[of].id}`)).status).toBe(expected);
    expect((await cast.owner.call('GET', path)).body.data).toHaveLength(expected === 204 ? 3 : 4);
  });

  it('lets anybody remove themselves, once', async () => {
    for (const role of ['admin', 'member', 'read_only'] as const) {
      expect((await cast[role].call('DELETE', `${path}/${cast[role].id}`)).status).toBe(204);
      expect((await cast[role].call('DELETE', `${path}/${cast[role].id}`)).status).toBe(403);
    }
    expect(await rolesNow()).toEqual({ [cast.owner.id]: 'owner' });
  });

  it('takes away what membership gave, and a removed person can be added again', async () => {
    await cast.owner.call('DELETE', `${path}/${cast.member.id}`);
    expect((await cast.member.call('GET', path)).status).toBe(403);
    expect((await cast.owner.call('POST', path, { body: { email: cast.member.email, role: 'admin' } })).status).toBe(
      201,
    );
    expect((await cast.member.call('GET', path)).status).toBe(200);
  });

  it('is 404 for a person who does not exist, and for one who is no member', async () => {
    expect((await cast.owner.call('DELETE', `${path}/01900000-0000-7000-8000-000000000000`)).body.code).toBe(
      'user_not_found',
    );
    expect((await cast.owner.call('DELETE', `${path}/${stranger.id}`)).body.code).toBe('member_not_found');
  });
});

describe('the last owner', () => {
  it('MB3 stays: not removed, not changed, not even by themselves', async () => {
    for (const [method, options] of [
      ['DELETE', {}],
      ['PATCH', { body: { role: 'admin' } }],
    ] as const) {
      expect(await cast.owner.call(method, `${path}/${cast.owner.id}`, options)).toMatchObject({
        status: 409,
        body: { code: 'last_owner' },
      });
    }
    expect((await rolesNow())[cast.owner.id]).toBe('owner');
  });

  it('MB3 may go as soon as there is another', async () => {
    await cast.owner.call('PATCH', `${path}/${cast.admin.id}`, { body: { role: 'owner' } });
    expect((await cast.owner.call('DELETE', `${path}/${cast.owner.id}`)).status).toBe(204);
    expect((await cast.admin.call('DELETE', `${path}/${cast.admin.id}`)).body.code).toBe('last_owner');
  });
});
