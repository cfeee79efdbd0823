/** Groups over REST: their life, their owner, and what a group's change does to the diagrams that it was granted. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toUlid } from '../../src/identity/spelling.ts';
import { roomMessage } from '../../src/membership/room-messages.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { call } from '../support/client.ts';
import { newcomer, type TestPerson } from '../support/people.ts';
import { auditOf, rowCounts } from '../support/rows.ts';

const ALL = '/api/v1/groups';
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const NOWHERE = '01J0000000FZZZZZZZZZZZZZZZ';

let app: TestApp;
let owner: TestPerson, member: TestPerson, stranger: TestPerson;
let id: string;

beforeAll(async () => {
  app = await startApp();
  [owner, member, stranger] = [await newcomer(app), await newcomer(app), await newcomer(app)];
});
afterAll(() => app.stop());
beforeEach(async () => {
  id = (await owner.call('POST', ALL, { body: { name: 'Reviewers' } })).body.id;
  await owner.call('POST', `${ALL}/${id}/members`, { body: { user_id: member.ulid } });
});

const one = () => `${ALL}/${id}`;
const members = () => `${ALL}/${id}/members`;
const emails = async (person: TestPerson) =>
  ((await person.call('GET', members())).body.members as { email: string }[]).map((row) => row.email);

describe('a group', () => {
  it('is made, and belongs to the caller', async () => {
    const body = { name: '  Release 🚀 reviewers ', description: 'Read "everything" \\ twice?' };
    const made = await owner.call('POST', ALL, { body });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      id: expect.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
      name: 'Release 🚀 reviewers',
      description: body.description,
      owner_id: owner.ulid,
      created_at: TIME,
    });
    expect((await owner.call('GET', `${ALL}/${made.body.id}`)).body).toEqual(made.body);
  });

  it('is read by owner and members, by a ULID in either case, and by nobody else', async () => {
    for (const person of [owner, member]) {
      const read = await person.call('GET', `${ALL}/${id.toLowerCase()}`);
      expect(read).toMatchObject({ status: 200, body: { id, owner_id: owner.ulid, description: null } });
    }
    expect(await stranger.call('GET', one())).toMatchObject({ status: 403, body: { error: 'Forbidden' } });
    expect(await owner.call('GET', `${ALL}/${NOWHERE}`)).toMatchObject({ status: 404, body: { error: 'NotFound' } });
  });

  it('is listed for owner and members, page by page', async () => {
    const person = await newcomer(app);
    const own = [];
    for (let made = 0; made < 3; made += 1)
      own.push((await person.call('POST', ALL, { body: { name: `Mine ${made}` } })).body);
    await owner.call('POST', members(), { body: { user_id: person.ulid } });
    const whole = (await person.call('GET', ALL)).body;
    expect(whole.next_cursor).toBeNull();
    expect(whole.data).toEqual(expect.arrayContaining([...own, expect.objectContaining({ id })]));
    const pages = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await person.call('GET', `${ALL}?limit=2${cursor && `&cursor=${cursor}`}`);
      pages.push(body.data);
      cursor = body.next_cursor;
    }
    expect(pages.map((page) => page.length)).toEqual([2, 2]);
    expect(pages.flat()).toEqual(whole.data);
  });

  it('is changed by its owner only, in what was sent only', async () => {
    const changed = await owner.call('PATCH', one(), { body: { description: 'All of them' } });
    expect(changed).toMatchObject({
      status: 200,
      body: { name: 'Reviewers', description: 'All of them', owner_id: owner.ulid },
    });
    expect((await owner.call('PATCH', one(), { body: { name: 'Readers', description: null } })).body).toMatchObject({
      name: 'Readers',
      description: null,
    });
    expect((await owner.call('PATCH', one(), { body: {} })).body).toMatchObject({ name: 'Readers', description: null });
    for (const person of [member, stranger]) {
      expect((await person.call('PATCH', one(), { body: { name: 'Mine now' } })).status).toBe(403);
      expect((await person.call('DELETE', one())).status).toBe(403);
    }
    expect((await member.call('GET', one())).body.name).toBe('Readers');
  });

  it('is deleted by its owner, with its members', async () => {
    expect((await owner.call('DELETE', one())).status).toBe(204);
    expect((await owner.call('GET', one())).status).toBe(404);
    expect((await member.call('GET', members())).status).toBe(404);
    expect((await owner.call('DELETE', one())).status).toBe(404);
  });

  it('refuses what is no name and no description, and members of a body that it does not know', async () => {
    const before = await rowCounts(app.database);
    for (const body of [
      {},
      { name: '' },
      { name: ' ' },
      { name: 7 },
      { name: 'x'.repeat(201) },
      { name: 'x', owner: 'y' },
      { name: 'x', description: 'y'.repeat(2001) },
      [],
      '"x"',
    ]) {
      const refused = await owner.call('POST', ALL, { body, headers: { 'content-type': 'application/json' } });
      expect(refused, JSON.stringify(body)).toMatchObject({ status: 400, body: { error: 'ValidationError' } });
    }
    expect(await rowCounts(app.database)).toEqual(before);
    expect(
      (await owner.call('POST', ALL, { body: { name: '🚀'.repeat(200), description: '🚀'.repeat(2000) } })).status,
    ).toBe(201);
  });

  it('MB5 leaves an audit row for making, changing and deleting it, granted or refused', async () => {
    const attempts = [
      [owner, 'POST', ALL, { name: 'Audited' }, 'group.create', 'granted'],
      [owner, 'POST', ALL, { name: '' }, 'group.create', 'invalid'],
      [owner, 'PATCH', one().toLowerCase(), { name: 'Renamed' }, 'group.change', 'granted'],
      [member, 'PATCH', one().toLowerCase(), { owner_id: member.ulid }, 'group.change', 'forbidden'],
      [member, 'DELETE', one(), undefined, 'group.delete', 'forbidden'],
      [owner, 'DELETE', one(), undefined, 'group.delete', 'granted'],
      [owner, 'DELETE', one(), undefined, 'group.delete', 'not_found'],
    ] as const;
    const containers = new Set<string | null>();
    for (const [person, method, path, body, action, outcome] of attempts) {
      const requestId = randomUUID();
      await person.call(method, path, { headers: { 'x-request-id': requestId }, ...(body && { body }) });
      const rows = await auditOf(app.database, requestId);
      expect(rows).toMatchObject([{ actor_id: person.id, action, outcome }]);
      if (action !== 'group.create') containers.add(rows[0]!.container);
    }
    expect(containers.size).toBe(1);
  });
});

it('MB5 the audit row of a hand-over names whom it went to, as it was sent', async () => {
  const requestId = randomUUID();
  const body = { owner_id: stranger.ulid.toLowerCase() };
  expect((await owner.call('PATCH', one(), { headers: { 'x-request-id': requestId }, body })).status).toBe(200);
  expect(await auditOf(app.database, requestId)).toMatchObject([
    { action: 'group.change', outcome: 'granted', subject: body.owner_id },
  ]);
});

describe('its members', () => {
  it('CO3 say what was wrong with a user_id, in the words of this API', async () => {
    const refusal = async (body: unknown) => (await owner.call('POST', members(), { body })).body;
    for (const blank of ['', '   ']) {
      expect(await refusal({ user_id: blank })).toMatchObject({
        status: 400,
        code: 'invalid',
        error: 'ValidationError',
        message: 'user_id cannot be empty',
        field: 'user_id',
        details: { user_id: ['user_id cannot be empty'] },
      });
    }
    for (const body of [{ user_id: 'abc' }, { user_id: null }, { user_id: owner.id }, {}, undefined]) {
      expect(await refusal(body)).toMatchObject({
        error: 'ValidationError',
        message: 'Invalid user_id format',
        field: 'user_id',
      });
    }
    const polish = await owner.call('POST', members(), { body: { user_id: '' }, headers: { 'accept-language': 'pl' } });
    expect(polish.body).toMatchObject({ error: 'ValidationError', message: 'user_id nie może być puste' });
  });

  it('take ULIDs of any generation, in either case', async () => {
    for (const shape of ['00000000000000000000000000', '7ZZZZZZZZZZZZZZZZZZZZZZZZZ', '01BX5ZZKBKACTAV9WEVGEMMVRZ']) {
      for (const user_id of [shape, shape.toLowerCase()]) {
        expect(await owner.call('POST', members(), { body: { user_id } })).toMatchObject({
          status: 404,
          body: { code: 'user_not_found' },
        });
      }
    }
    const added = await owner.call('POST', members(), { body: { user_id: stranger.ulid.toLowerCase() } });
    expect(added).toMatchObject({ status: 201, body: { user_id: stranger.ulid, added_by: owner.ulid } });
    expect(toUlid(stranger.id)).toBe(stranger.ulid);
  });

  it('are removed by a body or by a path', async () => {
    await owner.call('POST', members(), { body: { user_id: stranger.ulid } });
    expect((await owner.call('DELETE', members(), { body: { user_id: member.ulid.toLowerCase() } })).status).toBe(204);
    expect((await owner.call('DELETE', `${members()}/${stranger.ulid.toLowerCase()}`)).status).toBe(204);
    expect(await emails(owner)).toEqual([]);
    expect((await owner.call('DELETE', members())).body).toMatchObject({
      status: 400,
      message: 'Invalid user_id format',
    });
    expect((await owner.call('DELETE', `${members()}/%20`)).body).toMatchObject({
      status: 400,
      message: 'user_id cannot be empty',
    });
  });

  it('are listed whole unless a limit is given, in the order in which they were added', async () => {
    const people = [];
    for (let added = 0; added < 5; added += 1) {
      people.push(await newcomer(app));
      await owner.call('POST', members(), { body: { user_id: people.at(-1)!.ulid } });
    }
    await app.database.log.query(
      `insert into profile (id, issuer, subject, email, username)
       select gen_random_uuid(), 'many', n::text, 'many-' || n || '@firm.example', 'many-' || n from generate_series(1, 120) n on conflict do nothing`,
    );
    await app.database.log.query(
      `insert into group_member (group_id, profile_id, added_at) select $1, id, now() + number * interval '1 second' from profile where issuer = 'many'`,
      [
        (
          await app.database.log.query<{ id: string }>(
            'select group_id as id from group_member where profile_id = $1',
            [people[0]!.id],
          )
        )[0]!.id,
      ],
    );
    const whole = (await member.call('GET', members())).body;
    expect(whole).toMatchObject({ group_id: id, next_cursor: null });
    expect(whole.members).toHaveLength(126);
    const times = whole.members.map((row: { added_at: string }) => row.added_at);
    expect(times).toEqual(times.toSorted());
    expect(whole.members.slice(0, 6).map((row: { email: string }) => row.email)).toEqual(
      [member, ...people].map((person) => person.email),
    );
    const paged = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await member.call('GET', `${members()}?limit=50${cursor && `&cursor=${cursor}`}`);
      paged.push(...body.members);
      cursor = body.next_cursor;
    }
    expect(paged).toEqual(whole.members);
    for (const query of [
      'limit=0',
      'limit=101',
      'limit=x',
      'cursor=x',
      `cursor=${Buffer.from('["a","b"]').toString('base64url')}`,
    ]) {
      expect((await member.call('GET', `${members()}?${query}`)).body, query).toMatchObject({
        status: 400,
        error: 'ValidationError',
      });
    }
  });
});

describe('handing over', () => {
  const handOver = (to: TestPerson, by = owner) =>
    by.call('PATCH', one(), { body: { owner_id: to.ulid.toLowerCase() } });

  it('makes somebody else the owner, and the old one nothing', async () => {
    expect(await handOver(stranger)).toMatchObject({ status: 200, body: { id, owner_id: stranger.ulid } });
    expect((await owner.call('GET', one())).status).toBe(403);
    expect((await owner.call('POST', members(), { body: { user_id: owner.ulid } })).status).toBe(403);
    expect((await stranger.call('POST', members(), { body: { user_id: owner.ulid } })).status).toBe(201);
    expect(await emails(stranger)).toEqual([member.email, owner.email]);
  });

  it('MB6 takes the row of a member who becomes the owner', async () => {
    expect((await handOver(member)).status).toBe(200);
    expect(await emails(member)).toEqual([]);
    expect((await member.call('POST', members(), { body: { user_id: member.ulid } })).body.code).toBe('already_member');
  });

  it('to oneself changes nothing, to nobody is refused, and by a member too', async () => {
    expect((await handOver(owner)).body.owner_id).toBe(owner.ulid);
    expect((await owner.call('PATCH', one(), { body: { owner_id: NOWHERE } })).body).toMatchObject({
      status: 404,
      code: 'user_not_found',
      error: 'NotFound',
      field: 'owner_id',
    });
    expect((await owner.call('PATCH', one(), { body: { owner_id: '' } })).body).toMatchObject({
      status: 400,
      message: 'owner_id cannot be empty',
    });
    expect((await handOver(member, member)).status).toBe(403);
    expect((await handOver(member, stranger)).status).toBe(403);
    expect(await emails(owner)).toEqual([member.email]);
  });

  it('MB6 never leaves an owner who is a member too, whatever comes at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      const made = (await owner.call('POST', ALL, { body: { name: `Round ${round}` } })).body.id as string;
      const [added, handed] = await Promise.all([
        owner.call('POST', `${ALL}/${made}/members`, { body: { user_id: stranger.ulid } }),
        owner.call('PATCH', `${ALL}/${made}`, { body: { owner_id: stranger.ulid } }),
      ]);
      expect(handed.status).toBe(200);
      expect([201, 403]).toContain(added.status);
      expect((await stranger.call('GET', `${ALL}/${made}/members`)).body.members).toEqual([]);
    }
  });

  it('of two at the same moment one is granted', async () => {
    const answers = await Promise.all([handOver(member), handOver(stranger)]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 403]);
  });

  it('tells the room of the row that went', async () => {
    await handOver(member);
    const [notice] = await app.database.log.query<{ payload: unknown; at: string; scope: string }>(
      `select payload, at, scope from notice where payload->>'action' = 'hand_over' and payload->>'to' = $1 order by at desc limit 1`,
      [member.id],
    );
    expect(roomMessage('group', notice!.scope.slice('group:'.length), notice!)).toMatchObject({
      type: 'member_removed',
      container_id: id,
      member: { email: member.email },
      by: owner.ulid,
    });
  });
});

describe('a group that was granted a role', () => {
  let model: string, diagram: string, author: TestPerson;
  beforeEach(async () => {
    author = await newcomer(app);
    model = (await author.call('POST', '/threat_models', { body: { name: 'Granted' } })).body.id;
    diagram = (await author.call('POST', `/threat_models/${model}/diagrams`, { body: { name: 'Flow' } })).body.id;
    await author.call('PUT', `/threat_models/${model}/authorization`, {
      body: [
        { subject_type: 'user', subject: author.email, role: 'owner' },
        { subject_type: 'group', subject: id, role: 'writer' },
      ],
    });
  });
  const epoch = async () =>
    Number(
      (
        await app.database.log.query<{ epoch: string }>('select access_epoch as epoch from diagram where id = $1', [
          diagram,
        ])
      )[0]!.epoch,
    );
  const roleOf = async (person: TestPerson) => (await person.call('GET', `/threat_models/${model}`)).body.role ?? null;

  it('AC3 raises the epoch of its diagrams with every change of who is in it', async () => {
    const changes = [
      () => owner.call('POST', members(), { body: { user_id: stranger.ulid } }),
      () => owner.call('DELETE', `${members()}/${stranger.ulid}`),
      () => owner.call('PATCH', one(), { body: { owner_id: member.ulid } }),
      () => member.call('DELETE', one()),
    ];
    for (const change of changes) {
      const before = await epoch();
      expect((await change()).status).toBeLessThan(300);
      expect(await epoch()).toBe(before + 1);
    }
  });

  it('leaves the epoch alone when only its name changes, or nothing was granted', async () => {
    const before = await epoch();
    await owner.call('PATCH', one(), { body: { name: 'Renamed', owner_id: owner.ulid } });
    await owner.call('POST', members(), { body: { user_id: NOWHERE } });
    expect(await epoch()).toBe(before);
  });

  it('AC1 carries its role to owner and members, and away with them', async () => {
    expect([await roleOf(owner), await roleOf(member), await roleOf(stranger)]).toEqual(['writer', 'writer', null]);
    await owner.call('PATCH', one(), { body: { owner_id: stranger.ulid } });
    expect([await roleOf(owner), await roleOf(member), await roleOf(stranger)]).toEqual([null, 'writer', 'writer']);
    await stranger.call('DELETE', `${members()}/${member.ulid}`);
    expect(await roleOf(member)).toBeNull();
  });

  it('MB3 takes its grants along when it is deleted, and leaves the threat model a person as owner', async () => {
    await author.call('PUT', `/threat_models/${model}/authorization`, {
      body: [
        { subject_type: 'group', subject: id, role: 'owner' },
        { subject_type: 'user', subject: author.email, role: 'owner' },
      ],
    });
    expect(await roleOf(member)).toBe('owner');
    expect((await owner.call('DELETE', one())).status).toBe(204);
    expect((await author.call('GET', `/threat_models/${model}/authorization`)).body).toEqual([
      { subject_type: 'user', subject: author.email, role: 'owner' },
    ]);
    expect(await roleOf(member)).toBeNull();
  });
});

describe('the API', () => {
  it('CO3 names a kind in error, for every refusal of the edge', async () => {
    const type = { 'content-type': 'application/json' };
    expect((await call(app.url, 'GET', ALL)).body).toMatchObject({
      status: 401,
      error: 'Unauthorized',
      code: 'unauthenticated',
    });
    expect((await owner.call('PUT', one())).body).toMatchObject({ status: 405, error: 'ValidationError' });
    expect((await owner.call('POST', ALL, { body: '{', headers: type })).body).toMatchObject({
      status: 400,
      error: 'ValidationError',
    });
    expect(
      (await owner.call('POST', ALL, { body: 'name=x', headers: { 'content-type': 'text/plain' } })).body,
    ).toMatchObject({ status: 415, error: 'ValidationError' });
    const large = JSON.stringify({ name: 'x', description: 'y'.repeat(300_000) });
    expect((await owner.call('POST', ALL, { body: large, headers: type })).body).toMatchObject({
      status: 413,
      error: 'ValidationError',
    });
    expect((await owner.call('GET', `${ALL}/`)).status).toBeLessThan(500);
  });

  it('CO3 says Conflict, NotFound, Forbidden and InternalServerError', async () => {
    expect((await owner.call('POST', members(), { body: { user_id: member.ulid } })).body).toMatchObject({
      status: 409,
      error: 'Conflict',
    });
    expect((await owner.call('POST', members(), { body: { user_id: NOWHERE } })).body).toMatchObject({
      status: 404,
      error: 'NotFound',
    });
    expect((await stranger.call('GET', members())).body).toMatchObject({ status: 403, error: 'Forbidden' });
    await app.database.log.query('alter table group_member rename to group_member_gone');
    try {
      const broken = await owner.call('GET', members());
      expect(broken.body).toMatchObject({ status: 500, error: 'InternalServerError', code: 'internal' });
      expect(JSON.stringify(broken.body)).not.toContain('group_member');
    } finally {
      await app.database.log.query('alter table group_member_gone rename to group_member');
    }
  });
});
