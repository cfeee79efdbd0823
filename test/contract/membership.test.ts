/**
 * What holds for every roster, whichever API it is reached by: the same table of cases against workspaces, groups over
 * REST, groups over GraphQL and conversations. What an API has beyond that is tested beside its contract.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { departed, roomMessage, type RoomNotice } from '../../src/membership/room-messages.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { newcomer, type TestPerson } from '../support/people.ts';
import { auditOf, rowCounts } from '../support/rows.ts';
import { apisOf, someTime, type Api, type Outcome } from './membership-apis.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

/** A container with its manager, a member who manages nothing, and somebody who is nothing to it. */
interface Scene {
  api: Api;
  container: string;
  manager: TestPerson;
  member: TestPerson;
  stranger: TestPerson;
  /** Not added yet. */
  guest: TestPerson;
}

async function sceneOf(name: string): Promise<Scene> {
  const api = apisOf(app.url).find((one) => one.name === name)!;
  const [manager, member, stranger, guest] = [
    await newcomer(app),
    await newcomer(app),
    await newcomer(app),
    await newcomer(app),
  ];
  const container = await api.make(manager);
  const added = await api.add({ by: manager, container }, api.added(member), api.plain ?? undefined);
  expect(added.code).toBe('granted');
  return { api, container, manager, member, stranger, guest };
}

/** The notices of a container's room, oldest first, as its clients are told. */
async function toldIn({ api, container }: Scene) {
  const scope = api.inside(container);
  const inside = scope.slice(scope.indexOf(':') + 1);
  const rows = await app.database.log.query<RoomNotice & { revision: number }>(
    'select payload, at, revision from notice where scope = $1 order by revision, ordinal',
    [scope],
  );
  return rows.map((row) => ({
    revision: row.revision,
    departed: departed(row),
    message: roomMessage(api.kind, inside, row),
  }));
}

async function counted(kind: string, operation: string, outcome: string): Promise<number> {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  const line = `roundtable_membership_operations_total{kind="${kind}",operation="${operation}",outcome="${outcome}"}`;
  return Number(
    text
      .split('\n')
      .find((one) => one.startsWith(line))
      ?.slice(line.length) ?? 0,
  );
}

/** Whoever asks, about whom, and how it is refused. */
interface RefusedCase {
  title: string;
  code: string;
  act(scene: Scene, headers: Record<string, string>): Promise<Outcome>;
  /** Whether the caller is known, and so the attempt audited (MB5). */
  audited: boolean;
}

const refusedAdditions: RefusedCase[] = [
  {
    title: 'without a token',
    code: 'unauthenticated',
    audited: false,
    act: ({ api, container, guest }, headers) => api.add({ by: null, container, headers }, api.added(guest)),
  },
  {
    title: 'by a stranger',
    code: 'forbidden',
    audited: true,
    act: ({ api, container, stranger, guest }, headers) =>
      api.add({ by: stranger, container, headers }, api.added(guest)),
  },
  {
    title: 'by a stranger, of themselves',
    code: 'forbidden',
    audited: true,
    act: ({ api, container, stranger }, headers) => api.add({ by: stranger, container, headers }, api.added(stranger)),
  },
  {
    title: 'by a member who manages nothing',
    code: 'forbidden',
    audited: true,
    act: ({ api, container, member, guest }, headers) => api.add({ by: member, container, headers }, api.added(guest)),
  },
  {
    title: 'by a stranger, of nobody: standing comes first',
    code: 'forbidden',
    audited: true,
    act: ({ api, container, stranger }, headers) => api.add({ by: stranger, container, headers }, api.nobody.added),
  },
  {
    title: 'to a container that does not exist',
    code: 'not_found',
    audited: true,
    act: ({ api, manager, guest }, headers) =>
      api.add({ by: manager, container: api.nowhere, headers }, api.added(guest)),
  },
  {
    title: 'of nobody (MB4)',
    code: 'user_not_found',
    audited: true,
    act: ({ api, container, manager }, headers) => api.add({ by: manager, container, headers }, api.nobody.added),
  },
  {
    title: 'of a member',
    code: 'already_member',
    audited: true,
    act: ({ api, container, manager, member }, headers) =>
      api.add({ by: manager, container, headers }, api.added(member)),
  },
  {
    title: 'of the one who made it (MB6)',
    code: 'already_member',
    audited: true,
    act: ({ api, container, manager }, headers) => api.add({ by: manager, container, headers }, api.added(manager)),
  },
  {
    title: 'without saying of whom',
    code: 'invalid',
    audited: true,
    act: ({ api, container, manager }, headers) => api.add({ by: manager, container, headers }, undefined),
  },
];

const refusedRemovals: RefusedCase[] = [
  {
    title: 'without a token',
    code: 'unauthenticated',
    audited: false,
    act: ({ api, container, member }, headers) => api.remove({ by: null, container, headers }, api.removed(member)),
  },
  {
    title: 'by a stranger',
    code: 'forbidden',
    audited: true,
    act: ({ api, container, stranger, member }, headers) =>
      api.remove({ by: stranger, container, headers }, api.removed(member)),
  },
  {
    title: 'by a member who manages nothing',
    code: 'forbidden',
    audited: true,
    act: ({ api, container, member, manager }, headers) =>
      api.remove({ by: member, container, headers }, api.removed(manager)),
  },
  {
    title: 'by a stranger, of themselves',
    code: 'forbidden',
    audited: true,
    act: ({ api, container, stranger }, headers) =>
      api.remove({ by: stranger, container, headers }, api.removed(stranger)),
  },
  {
    title: 'from a container that does not exist',
    code: 'not_found',
    audited: true,
    act: ({ api, manager, member }, headers) =>
      api.remove({ by: manager, container: api.nowhere, headers }, api.removed(member)),
  },
  {
    title: 'of nobody',
    code: 'user_not_found',
    audited: true,
    act: ({ api, container, manager }, headers) => api.remove({ by: manager, container, headers }, api.nobody.removed),
  },
  {
    title: 'of somebody who is no member',
    code: 'member_not_found',
    audited: true,
    act: ({ api, container, manager, guest }, headers) =>
      api.remove({ by: manager, container, headers }, api.removed(guest)),
  },
];

describe.each(['workspaces', 'groups', 'groups over GraphQL', 'conversations'])('MB8 %s', (name) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await sceneOf(name);
  });
  const inPlace = (requestId: string) => ({ 'x-request-id': requestId });

  it('MB5 an addition answers with the member, and leaves one audit row, one notice and one count', async () => {
    const { api, container, manager, guest } = await sceneOf(name);
    const [requestId, before] = [randomUUID(), await counted(api.kind, 'add', 'granted')];
    const outcome = await api.add(
      { by: manager, container, headers: inPlace(requestId) },
      api.added(guest),
      api.plain ?? undefined,
    );
    expect(outcome).toMatchObject({ code: 'granted', status: api.statuses.added });
    const member = api.member(guest, { container, role: api.plain, by: manager });
    const { members } = await api.list({ by: manager, container });
    const listed = members.find((one) => JSON.stringify(one).includes(guest.email));
    expect(listed).toEqual(member);
    expect(listed).toEqual(api.memberIn(outcome));
    expect(await auditOf(app.database, requestId)).toMatchObject([
      {
        actor_id: manager.id,
        action: `${api.kind}.member.add`,
        container: api.inside(container),
        subject: String(api.added(guest)),
        role: api.plain,
        outcome: 'granted',
      },
    ]);
    const told = await toldIn({ ...scene, api, container });
    expect(told).toHaveLength(2);
    expect(told[1]).toEqual({
      revision: 2,
      departed: null,
      message: { timestamp: someTime, ...api.told('added', { container, member: listed, by: manager }) },
    });
    expect(await counted(api.kind, 'add', 'granted')).toBe(before + 1);
  });

  it('MB5 a removal takes the member away, and leaves one audit row, one notice and one count', async () => {
    const { api, container, manager, member } = await sceneOf(name);
    const [requestId, before] = [randomUUID(), await counted(api.kind, 'remove', 'granted')];
    const listed = (await api.list({ by: manager, container })).members.find((one) =>
      JSON.stringify(one).includes(member.email),
    );
    const outcome = await api.remove({ by: manager, container, headers: inPlace(requestId) }, api.removed(member));
    expect(outcome).toMatchObject({ code: 'granted', status: api.statuses.removed });
    expect(JSON.stringify((await api.list({ by: manager, container })).members)).not.toContain(member.email);
    expect((await api.list({ by: member, container })).code).toBe('forbidden');
    expect(await auditOf(app.database, requestId)).toMatchObject([
      {
        actor_id: manager.id,
        action: `${api.kind}.member.remove`,
        container: api.inside(container),
        subject: api.removed(member),
        role: api.plain,
        outcome: 'granted',
      },
    ]);
    const told = await toldIn({ ...scene, api, container });
    expect(told[1]).toEqual({
      revision: 2,
      departed: member.id,
      message: { timestamp: someTime, ...api.told('removed', { container, member: listed, by: manager }) },
    });
    expect(await counted(api.kind, 'remove', 'granted')).toBe(before + 1);
  });

  describe.each([
    ['an addition', 'add', refusedAdditions],
    ['a removal', 'remove', refusedRemovals],
  ] as const)('%s is refused', (_, operation, cases) => {
    it.each(cases)('$title: $code', async ({ act, code, audited }) => {
      const { api } = scene;
      const requestId = randomUUID();
      const [rows, before] = [await rowCounts(app.database), await counted(api.kind, operation, code)];
      const outcome = await act(scene, inPlace(requestId));
      expect(outcome.code).toBe(code);
      expect(outcome.status).toBe(api.statuses.refused?.[code] ?? (code === 'unauthenticated' ? 401 : 200));
      expect(await rowCounts(app.database)).toEqual(rows);
      const trail = await auditOf(app.database, requestId);
      expect(trail.map((row) => [row.action, row.outcome])).toEqual(
        audited ? [[`${api.kind}.member.${operation}`, code]] : [],
      );
      // Before GraphQL knows the caller it does not look at what they want.
      if (audited || api.statuses.refused !== null) expect(await counted(api.kind, operation, code)).toBe(before + 1);
    });

    it('in Polish and in English, and says which', async () => {
      for (const { act, code } of cases) {
        const sentences = new Set<string | null>();
        for (const language of ['pl', 'en'] as const) {
          const outcome = await act(scene, { 'accept-language': language });
          expect(outcome).toMatchObject({ code, message: expect.stringMatching(/\S/) });
          expect(outcome.headers.get('content-language')).toBe(language);
          expect(outcome.headers.get('vary')).toContain('Accept-Language');
          sentences.add(outcome.message);
        }
        if (code !== 'invalid' || scene.api.name !== 'groups over GraphQL') expect(sentences.size, code).toBe(2);
        const own = await act(scene, { 'accept-language': 'de, *;q=0.1' });
        expect(own.headers.get('content-language')).toBe(scene.api.language);
      }
    });
  });

  it('refuses ids that name no container, to whoever asks, and audits it', async () => {
    const { api, stranger, guest } = scene;
    for (const container of api.noContainers) {
      const requestId = randomUUID();
      const asked = { by: stranger, container, headers: inPlace(requestId) };
      expect((await api.add(asked, api.added(guest))).code, container).toBe('invalid');
      expect((await api.list({ by: stranger, container })).code, container).toBe('invalid');
      expect(await auditOf(app.database, requestId)).toMatchObject([{ outcome: 'invalid', actor_id: stranger.id }]);
    }
  });

  it('refuses what names no person, and audits it as it was sent, without blanks around it', async () => {
    const { api, container, manager } = scene;
    for (const nobody of api.noPeople.added) {
      const requestId = randomUUID();
      const outcome = await api.add({ by: manager, container, headers: inPlace(requestId) }, nobody);
      expect(outcome.code, JSON.stringify(nobody)).toBe('invalid');
      const named = typeof nobody === 'string' || typeof nobody === 'number' ? String(nobody).trim() : null;
      expect(await auditOf(app.database, requestId)).toMatchObject([{ outcome: 'invalid', subject: named }]);
    }
    for (const nobody of api.noPeople.removed) {
      expect((await api.remove({ by: manager, container }, nobody)).code, nobody).toBe('invalid');
    }
  });

  it('refuses roles that are none, and where there are no roles any', async () => {
    const { api, container, manager, guest } = scene;
    const more = api.plain === null ? ['owner', 'member'] : [];
    for (const role of ['', 'Admin', 'king', 7, null, ['admin'], ...more]) {
      expect((await api.add({ by: manager, container }, api.added(guest), role)).code, JSON.stringify(role)).toBe(
        'invalid',
      );
    }
  });

  it('lets members list and strangers not, whole and in order', async () => {
    const { api, container, manager, member, stranger } = await sceneOf(name);
    const people = [await newcomer(app), await newcomer(app), await newcomer(app)];
    for (const person of people) await api.add({ by: manager, container }, api.added(person));
    const listed = await api.list({ by: member, container });
    const emails = listed.members.map((one) => JSON.stringify(one).match(/person-\d+@firm\.example/)![0]);
    const first = api.kind === 'group' ? [] : [manager.email];
    expect(emails).toEqual([...first, member.email, ...people.map((person) => person.email)]);
    expect((await api.list({ by: stranger, container })).code).toBe('forbidden');
    expect((await api.list({ by: stranger, container: api.nowhere })).code).toBe('not_found');
    expect((await api.list({ by: null, container })).status).toBe(401);
  });

  it('MB1 of eight simultaneous additions of the same person exactly one is granted', async () => {
    const { api, container, manager, guest } = await sceneOf(name);
    const requests = Array.from({ length: 8 }, () => randomUUID());
    const outcomes = await Promise.all(
      requests.map((id) => api.add({ by: manager, container, headers: inPlace(id) }, api.added(guest))),
    );
    expect(outcomes.map((one) => one.code).sort()).toEqual([...Array<string>(7).fill('already_member'), 'granted']);
    expect(await toldIn({ ...scene, api, container })).toHaveLength(2);
    const trail = (await Promise.all(requests.map((id) => auditOf(app.database, id)))).flat();
    expect(trail.map((row) => row.outcome).sort()).toEqual([...Array<string>(7).fill('already_member'), 'granted']);
  });

  it('of simultaneous removals of the same person exactly one is granted', async () => {
    const { api, container, manager, member } = await sceneOf(name);
    const outcomes = await Promise.all(
      Array.from({ length: 4 }, () => api.remove({ by: manager, container }, api.removed(member))),
    );
    expect(outcomes.map((one) => one.code).sort()).toEqual([
      'granted',
      'member_not_found',
      'member_not_found',
      'member_not_found',
    ]);
  });

  it('what is removed can be added again, and is then a new member', async () => {
    const { api, container, manager, member } = await sceneOf(name);
    const listed = async () =>
      (await api.list({ by: manager, container })).members.find((one) => JSON.stringify(one).includes(member.email));
    const before = await listed();
    await api.remove({ by: manager, container }, api.removed(member));
    const again = await api.add({ by: manager, container }, api.added(member), api.plain ?? undefined);
    expect(again.code).toBe('granted');
    expect(await listed()).toEqual(api.member(member, { container, role: api.plain, by: manager }));
    expect(await listed()).not.toEqual(before); // the time of joining is another
    expect((await api.list({ by: member, container })).code).toBe('granted');
  });

  it('MB9 the database shows and changes nothing of another tenant, with no check in front of it', async () => {
    const { api, container, manager, stranger, guest } = await sceneOf(name);
    const column = `${api.kind}_id`;
    const inside = api.inside(container).split(':')[1]!;
    const parent = api.kind === 'group' ? 'user_group' : api.kind;
    const as = (person: TestPerson, text: string, values: unknown[]) =>
      app.database.asPerson({ id: person.id, platformAdmin: false }, (em) => em.execute<object[]>(text, values));
    expect(await as(manager, `select * from ${api.table} where ${column} = ?`, [inside])).not.toEqual([]);
    expect(await as(stranger, `select * from ${api.table} where ${column} = ?`, [inside])).toEqual([]);
    expect(await as(stranger, `select * from ${api.table}`, [])).toEqual([]);
    expect(await as(stranger, `select * from ${parent} where id = ?`, [inside])).toEqual([]);
    await as(stranger, `delete from ${api.table} where ${column} = ?`, [inside]);
    await as(stranger, `delete from ${parent} where id = ?`, [inside]);
    const role = api.plain === null ? { column: '', value: '' } : { column: ', role', value: `, '${api.plain}'` };
    const insert = `insert into ${api.table} (${column}, profile_id${role.column}) values (?, ?${role.value})`;
    for (const person of [stranger, guest]) {
      await expect(as(stranger, insert, [inside, person.id])).rejects.toMatchObject({ code: '42501' });
    }
    expect((await api.list({ by: manager, container })).members).toHaveLength(api.kind === 'group' ? 1 : 2);
  });
});

describe('what only some rosters know', () => {
  const roleOf = async (api: Api, container: string, manager: TestPerson, person: TestPerson) =>
    (await api.list({ by: manager, container })).members.find((one) => JSON.stringify(one).includes(person.email))
      ?.role;

  it('MB2 an admin of a workspace cannot grant owner, and is told so as the one who invites', async () => {
    const { api, container, manager, guest, stranger } = await sceneOf('workspaces');
    await api.add({ by: manager, container }, api.added(stranger), 'admin');
    expect(await api.add({ by: stranger, container }, api.added(guest), 'owner')).toMatchObject({
      code: 'forbidden',
      status: 403,
      body: { error: 'Brak uprawnień do zaproszenia członka' },
    });
    expect((await api.add({ by: manager, container }, api.added(guest), 'owner')).code).toBe('granted');
  });

  it('MB3 the last owner of a workspace stays; of two who remove each other at once, one does', async () => {
    const { api, container, manager, guest } = await sceneOf('workspaces');
    expect((await api.remove({ by: manager, container }, api.removed(manager))).code).toBe('last_owner');
    await api.add({ by: manager, container }, api.added(guest), 'owner');
    const outcomes = await Promise.all([
      api.remove({ by: manager, container }, api.removed(guest)),
      api.remove({ by: guest, container }, api.removed(manager)),
    ]);
    expect(outcomes.map((one) => one.code).sort()).toEqual(['forbidden', 'granted']);
  });

  it('MB7 the last admin of a conversation may leave', async () => {
    const { api, container, manager, member } = await sceneOf('conversations');
    expect((await api.remove({ by: manager, container }, api.removed(manager))).code).toBe('granted');
    expect((await api.list({ by: member, container })).members).toHaveLength(1);
  });

  it('MB7 anybody leaves a workspace or a conversation by themselves, but a group only through its owner (MB6)', async () => {
    for (const [name, code] of [
      ['workspaces', 'granted'],
      ['conversations', 'granted'],
      ['groups', 'forbidden'],
    ] as const) {
      const { api, container, member } = await sceneOf(name);
      expect((await api.remove({ by: member, container }, api.removed(member))).code, name).toBe(code);
    }
  });

  it('MB7 a platform admin manages conversations without taking part, and no other roster', async () => {
    for (const [name, code] of [
      ['workspaces', 'forbidden'],
      ['conversations', 'granted'],
      ['groups', 'forbidden'],
    ] as const) {
      const { api, container, guest } = await sceneOf(name);
      const admin = await newcomer(app, { roles: ['admin'] });
      expect((await api.list({ by: admin, container })).code, name).toBe(code);
      expect((await api.add({ by: admin, container }, api.added(guest))).code, name).toBe(code);
      const nothingToLeave = code === 'granted' ? 'member_not_found' : code;
      expect((await api.remove({ by: admin, container }, api.removed(admin))).code, name).toBe(nothingToLeave);
    }
  });

  it('a role is the one that was given, and the default is the first', async () => {
    const { api, container, manager, guest, stranger } = await sceneOf('conversations');
    await api.add({ by: manager, container }, api.added(guest));
    await api.add({ by: manager, container }, api.added(stranger), 'moderator');
    expect(await roleOf(api, container, manager, guest)).toBe('member');
    expect(await roleOf(api, container, manager, stranger)).toBe('moderator');
  });
});
