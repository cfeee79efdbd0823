/** GraphQL beyond the roster: who is calling, what may be asked for, how errors look, and that REST agrees. */
import { randomUUID } from 'node:crypto';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { call } from '../support/client.ts';
import { newcomer, type TestPerson } from '../support/people.ts';
import { auditOf, rowCounts } from '../support/rows.ts';

let app: TestApp;
let owner: TestPerson, member: TestPerson, guest: TestPerson;
let group: string;

beforeAll(async () => {
  app = await startApp();
  [owner, member, guest] = [await newcomer(app, { name: 'Olga' }), await newcomer(app), await newcomer(app)];
});
afterAll(() => app.stop());
beforeEach(async () => {
  group = (await owner.call('POST', '/api/v1/groups', { body: { name: 'Reviewers', description: 'All' } })).body.id;
  await owner.call('POST', `/api/v1/groups/${group}/members`, { body: { user_id: member.ulid } });
});

interface GraphqlError {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; field?: string };
}

async function ask(
  person: TestPerson,
  query: string,
  variables?: Record<string, unknown>,
  headers?: Record<string, string>,
) {
  const answer = await person.call('POST', '/graphql', { body: { query, variables }, ...(headers && { headers }) });
  expect(answer.status).toBe(200);
  return { ...answer, data: answer.body.data, errors: (answer.body.errors ?? []) as GraphqlError[] };
}
const codes = (errors: readonly GraphqlError[]) => errors.map((error) => error.extensions.code);

const ADD =
  'mutation ($group: ID!, $user: ID!) { addGroupMember(groupId: $group, userId: $user) { userId username email addedAt addedBy } }';
const REMOVE = 'mutation ($group: ID!, $user: ID!) { removeGroupMember(groupId: $group, userId: $user) }';

describe('who is calling', () => {
  it.each([undefined, 'Bearer', 'Bearer x', 'Basic eDp5'])(
    'a request with %s is answered as a problem',
    async (authorization) => {
      const answer = await call(app.url, 'POST', '/graphql', {
        body: { query: '{ me { id } }' },
        headers: authorization ? { authorization } : {},
      });
      expect(answer).toMatchObject({
        status: 401,
        body: { code: 'unauthenticated', error: 'Unauthorized', request_id: expect.any(String) },
      });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    },
  );

  it('me is the caller in four spellings', async () => {
    const { data } = await ask(owner, '{ me { id ulid number email username fullName avatarUrl platformAdmin } }');
    expect(data.me).toEqual({
      id: owner.id,
      ulid: owner.ulid,
      number: owner.number,
      email: owner.email,
      username: owner.email.split('@')[0],
      fullName: 'Olga',
      avatarUrl: null,
      platformAdmin: false,
    });
  });
});

describe('groups', () => {
  it('are the same as over REST', async () => {
    const { data } = await ask(
      member,
      'query ($id: ID!) { group(id: $id) { id name description ownerId createdAt } groups { id } }',
      { id: group.toLowerCase() },
    );
    const { body } = await member.call('GET', `/api/v1/groups/${group}`);
    expect(data.group).toEqual({
      id: body.id,
      name: body.name,
      description: 'All',
      ownerId: body.owner_id,
      createdAt: body.created_at,
    });
    const rest = (await member.call('GET', '/api/v1/groups?limit=100')).body.data as { id: string }[];
    expect(data.groups).toEqual(rest.map(({ id }) => ({ id })));
  });

  it('AC1 are refused as over REST, and the rest of the query is answered', async () => {
    const { data, errors } = await ask(
      guest,
      `{ secret: group(id: "${group}") { id } none: group(id: "01J0000000FZZZZZZZZZZZZZZZ") { id } wrong: group(id: "x") { id } me { email } }`,
    );
    expect(data).toEqual({ secret: null, none: null, wrong: null, me: { email: guest.email } });
    const byPath = Object.fromEntries(errors.map((error) => [error.path![0], error.extensions.code]));
    expect(byPath).toEqual({ secret: 'forbidden', none: 'not_found', wrong: 'invalid' });
  });

  it('list their members whole, or page by page', async () => {
    for (let added = 0; added < 4; added += 1) await ask(owner, ADD, { group, user: (await newcomer(app)).ulid });
    const query =
      'query ($id: ID!, $first: Int, $after: String) { groupMembers(groupId: $id, first: $first, after: $after) { nodes { userId email addedAt } endCursor } }';
    const whole = (await ask(member, query, { id: group })).data.groupMembers;
    expect(whole.endCursor).toBeNull();
    expect(whole.nodes).toHaveLength(5);
    const rest = (await member.call('GET', `/api/v1/groups/${group}/members`)).body.members;
    expect(whole.nodes.map((node: { userId: string }) => node.userId)).toEqual(
      rest.map((row: { user_id: string }) => row.user_id),
    );
    const first = (await ask(member, query, { id: group, first: 3 })).data.groupMembers;
    const second = (await ask(member, query, { id: group, first: 3, after: first.endCursor })).data.groupMembers;
    expect([...first.nodes, ...second.nodes]).toEqual(whole.nodes);
    expect(second.endCursor).toBeNull();
    for (const variables of [{ first: 0 }, { first: 101 }, { first: -1 }, { after: 'x' }, { after: '' }]) {
      const { errors, data } = await ask(member, query, { id: group, ...variables });
      expect(codes(errors), JSON.stringify(variables)).toEqual(['invalid']);
      expect(data.groupMembers).toBeNull();
    }
  });
});

describe('the same change', () => {
  it('MB8 a refusal is the same, and leaves the same audit row, as over REST', async () => {
    const rest = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
      owner.call(method, path, { headers, ...(body !== undefined && { body }) });
    const members = `/api/v1/groups/${group}/members`;
    const pairs: [string, string, unknown, string, Record<string, unknown>][] = [
      ['POST', members, { user_id: member.ulid }, ADD, { group, user: member.ulid }],
      ['POST', members, { user_id: owner.ulid }, ADD, { group, user: owner.ulid }],
      ['POST', members, { user_id: '01J0000000FZZZZZZZZZZZZZZZ' }, ADD, { group, user: '01J0000000FZZZZZZZZZZZZZZZ' }],
      ['POST', members, { user_id: ' ' }, ADD, { group, user: ' ' }],
      ['POST', members, { user_id: 'abc' }, ADD, { group, user: 'abc' }],
      ['DELETE', members, { user_id: guest.ulid }, REMOVE, { group, user: guest.ulid }],
    ];
    for (const [method, path, body, query, variables] of pairs) {
      const [overRest, overGraphql] = [randomUUID(), randomUUID()];
      const answered = await rest(method, path, { 'x-request-id': overRest }, body);
      const { errors } = await ask(owner, query, variables, { 'x-request-id': overGraphql });
      const { code, message, field } = answered.body;
      expect(errors).toHaveLength(1);
      expect(errors[0]).toMatchObject({ message, extensions: { code, ...(field && { field }) } });
      const [one, other] = [await auditOf(app.database, overRest), await auditOf(app.database, overGraphql)];
      const told = ({ actor_id, action, container, subject, role, outcome, details }: (typeof one)[number]) => ({
        actor_id,
        action,
        container,
        subject,
        role,
        outcome,
        details,
      });
      expect(one).toHaveLength(1);
      expect(other.map(told)).toEqual(one.map(told));
    }
  });

  it('a refusal is an error, never false', async () => {
    const { data, errors } = await ask(owner, REMOVE, { group, user: guest.ulid });
    expect(data).toBeNull();
    expect(codes(errors)).toEqual(['member_not_found']);
    expect((await ask(owner, REMOVE, { group, user: member.ulid })).data).toEqual({ removeGroupMember: true });
  });

  it('several in one request are made one after the other, each for itself', async () => {
    const requestId = randomUUID();
    const { data, errors } = await ask(
      owner,
      `mutation ($g: ID!, $a: ID!, $b: ID!) {
        one: removeGroupMember(groupId: $g, userId: $a)
        two: removeGroupMember(groupId: $g, userId: $a)
      }`,
      { g: group, a: member.ulid, b: guest.ulid },
    );
    // A variable that is not used is a fault of the document: nothing of it was executed.
    expect(codes(errors)).toEqual(['invalid']);
    expect(data).toBeUndefined();
    const both = await ask(
      owner,
      `mutation ($g: ID!, $a: ID!) {
        one: addGroupMember(groupId: $g, userId: "${guest.ulid}") { email }
        two: removeGroupMember(groupId: $g, userId: $a)
      }`,
      { g: group, a: member.ulid },
      { 'x-request-id': requestId },
    );
    expect(both.data).toEqual({ one: { email: guest.email }, two: true });
    expect((await auditOf(app.database, requestId)).map((row) => row.action)).toEqual([
      'group.member.add',
      'group.member.remove',
    ]);
  });
});

describe('what may be asked for', () => {
  const nested = (depth: number) => `{ ${'me { '.repeat(depth - 1)} id ${'} '.repeat(depth - 1)} }`;
  const refusals = async (query: string) => (await ask(owner, query)).errors.map((error) => error.message);

  it('eight levels, and not nine', async () => {
    expect((await refusals(nested(9))).join()).toContain('9 levels deep; at most 8');
    expect((await refusals(nested(8))).join()).not.toContain('levels deep');
    const spread = `query { me { ...a } } fragment a on Me { ${'me { '.repeat(7)} id ${'} '.repeat(7)} }`;
    expect((await refusals(spread)).join()).toContain('9 levels deep');
  });

  it('thirty aliases, and not thirty-one, fragments counted each time they are spread', async () => {
    const aliased = (count: number) =>
      `{ ${Array.from({ length: count }, (_, index) => `a${index}: me { id }`).join(' ')} }`;
    expect(await refusals(aliased(30))).toEqual([]);
    expect((await refusals(aliased(31))).join()).toContain('31 aliases; at most 30');
    const ten = Array.from({ length: 10 }, (_, index) => `b${index}: id`).join(' ');
    const spread = `{ ${Array.from({ length: 3 }, (_, index) => `c${index}: me { ...ten }`).join(' ')} } fragment ten on Me { ${ten} }`;
    expect((await refusals(spread)).join()).toContain('33 aliases');
  });

  it('no fragment that spreads itself, and no document without end', async () => {
    expect(
      codes((await ask(owner, '{ me { ...a } } fragment a on Me { ...b } fragment b on Me { ...a }')).errors),
    ).toContain('invalid');
    expect((await refusals(`{ me { ${'id '.repeat(2000)} } }`)).join()).toContain('more than 2000 tokens');
  });

  it('what is wrong with it is told ten times, and not without end', async () => {
    const wrong = (count: number) =>
      refusals(`{ ${Array.from({ length: count }, (_, index) => `x${index}`).join(' ')} }`);
    expect(await wrong(10)).toHaveLength(10);
    expect(await wrong(100)).toHaveLength(11); // that there is more is the last
  });

  it('five operations together, and not six', async () => {
    const batch = (count: number) =>
      owner.call('POST', '/graphql', { body: Array.from({ length: count }, () => ({ query: '{ me { email } }' })) });
    expect((await batch(5)).body).toEqual(Array.from({ length: 5 }, () => ({ data: { me: { email: owner.email } } })));
    expect(await batch(6)).toMatchObject({ status: 200, body: { errors: [{ extensions: { code: 'invalid' } }] } });
  });

  it.each([
    ['an unknown field', '{ me { password } }'],
    ['a wrong type', 'mutation { addGroupMember(groupId: true, userId: {a: 1}) { userId } }'],
    ['a missing argument', 'mutation { addGroupMember(groupId: "x") { userId } }'],
    ['a null argument', 'mutation { addGroupMember(groupId: null, userId: null) { userId } }'],
    ['a field without its selection', 'mutation { addGroupMember(groupId: "x", userId: "y") }'],
    ['nothing at all', ''],
    ['nonsense', '}{'],
    ['a subscription', 'subscription { me { id } }'],
    ['two operations and no name', 'query a { me { id } } query b { me { id } }'],
  ])('refuses %s with errors that carry a code', async (_, query) => {
    const before = await rowCounts(app.database);
    const { errors, data } = await ask(owner, query);
    expect(errors.length).toBeGreaterThan(0);
    expect(new Set(codes(errors))).toEqual(new Set(['invalid']));
    expect(data ?? null).toBeNull();
    expect(await rowCounts(app.database)).toEqual(before);
  });

  it.each([
    [{}],
    [{ query: 7 }],
    [{ query: null }],
    [{ query: '{ me { id } }', variables: [1] }],
    [{ query: '{ me { id } }', more: 1 }],
    [[7]],
    [[null]],
  ])('refuses %j as an operation', async (body) => {
    const answer = await owner.call('POST', '/graphql', { body });
    expect(answer.status).toBe(200);
    const [error] = (Array.isArray(answer.body) ? answer.body[0] : answer.body).errors;
    expect(error.extensions).toEqual({ code: 'invalid' });
  });

  it('CO5 refuses what is no JSON, too much of it, and other methods, as every API does', async () => {
    const type = { 'content-type': 'application/json' };
    expect((await owner.call('POST', '/graphql', { body: '{', headers: type })).body).toMatchObject({
      status: 400,
      error: 'ValidationError',
    });
    expect((await owner.call('POST', '/graphql', { body: `"${'x'.repeat(300_000)}"`, headers: type })).status).toBe(
      413,
    );
    expect(
      (
        await owner.call('POST', '/graphql', {
          body: '{ me { id } }',
          headers: { 'content-type': 'application/graphql' },
        })
      ).status,
    ).toBe(415);
    const put = await owner.call('PUT', '/graphql', { body: {} });
    expect(put.status).toBe(405);
    expect(put.headers.get('allow')).toContain('POST');
  });

  it('MB5 audits a change that was refused before it was executed, each field of it', async () => {
    const trail = async (query: string, variables?: Record<string, unknown>, operationName?: string) => {
      const requestId = randomUUID();
      await owner.call('POST', '/graphql', {
        body: { query, variables, operationName },
        headers: { 'x-request-id': requestId },
      });
      return (await auditOf(app.database, requestId)).map((row) => [row.action, row.subject, row.outcome]);
    };
    expect(
      await trail(`mutation { addGroupMember(groupId: "${group}", userId: "${guest.ulid}", role: "king") { userId } }`),
    ).toEqual([['group.member.add', guest.ulid, 'invalid']]);
    expect(
      await trail('mutation ($g: ID!, $u: ID!) { removeGroupMember(groupId: $g, userId: $u) }', { g: group }),
    ).toEqual([['group.member.remove', null, 'invalid']]);
    const thirtyOne = Array.from(
      { length: 31 },
      (_, index) => `a${index}: removeGroupMember(groupId: "${group}", userId: "${member.ulid}")`,
    );
    expect(await trail(`mutation { ${thirtyOne.join(' ')} }`)).toEqual(
      Array.from({ length: 30 }, () => ['group.member.remove', member.ulid, 'invalid']),
    );
    expect(
      await trail(
        'mutation a { ...f } mutation b { x } fragment f on Mutation { removeGroupMember(groupId: "x", userId: 7, y: 1) ...f }',
        {},
        'a',
      ),
    ).toEqual([['group.member.remove', '7', 'invalid']]);
    expect(await trail('{ me { nothing } }')).toEqual([]);
    expect(await trail('}{')).toEqual([]);
  });

  it.each<[string, number, (add: { query: string }) => unknown]>([
    ['another member', 1, (add) => ({ ...add, more: 1 })],
    ['variables that are none', 1, (add) => ({ ...add, variables: 'x' })],
    ['extensions that are none', 1, (add) => ({ ...add, extensions: 5 })],
    ['the name of no operation', 1, (add) => ({ ...add, operationName: 'x' })],
    ['an empty name', 1, (add) => ({ ...add, operationName: '' })],
    ['two operations and no name', 2, ({ query }) => ({ query: `${named(query, 'a')} ${named(query, 'b')}` })],
    ['a batch of six, of which five are read', 5, (add) => Array.from({ length: 6 }, () => add)],
    [
      'a batch with members at fault',
      2,
      (add) => [{ query: '{ me { id } }' }, { ...add, more: 1 }, 7, null, { ...add, variables: 1 }],
    ],
  ])('MB5 audits a change that was refused for how it was sent: %s', async (_, count, sent) => {
    const requestId = randomUUID();
    const add = { query: `mutation { addGroupMember(groupId: "${group}", userId: "${guest.ulid}") { userId } }` };
    const answer = await owner.call('POST', '/graphql', { body: sent(add), headers: { 'x-request-id': requestId } });
    expect(answer.status).toBe(200);
    const rows = await auditOf(app.database, requestId);
    expect(rows).toHaveLength(count);
    for (const row of rows)
      expect(row).toMatchObject({ action: 'group.member.add', subject: guest.ulid, outcome: 'invalid' });
  });
});

const named = (mutation: string, name: string) => mutation.replace('mutation', `mutation ${name}`);

describe('errors', () => {
  it('CO3 speak the language that was asked for', async () => {
    const polish = await ask(owner, ADD, { group, user: ' ' }, { 'accept-language': 'pl' });
    expect(polish.errors[0]).toMatchObject({
      message: 'user_id nie może być puste',
      extensions: { code: 'invalid', field: 'user_id' },
    });
    expect(polish.headers.get('content-language')).toBe('pl');
    expect(polish.headers.get('vary')).toContain('Accept-Language');
  });

  it('CO8 tell nothing of the inside, and are logged once with the request id', async () => {
    const requestId = randomUUID();
    await app.database.log.query('alter table group_member rename to group_member_gone');
    try {
      const { errors, body } = await ask(owner, ADD, { group, user: guest.ulid }, { 'x-request-id': requestId });
      expect(codes(errors)).toEqual(['internal']);
      expect(JSON.stringify(body)).not.toMatch(/group_member_gone|relation|select|insert/i);
    } finally {
      await app.database.log.query('alter table group_member_gone rename to group_member');
    }
    expect(app.log.filter((line) => line.requestId === requestId && line.err !== undefined)).toHaveLength(1);
    expect(await auditOf(app.database, requestId)).toMatchObject([{ action: 'group.member.add', outcome: 'internal' }]);
  });
});

describe('in serve', () => {
  let production: TestApp;
  let person: TestPerson;
  beforeAll(async () => {
    production = await startApp({ mode: 'serve' });
    person = await newcomer(production);
  });
  afterAll(() => production.stop());

  it('introspection is off, and no message tells the schema', async () => {
    const answer = await person.call('POST', '/graphql', { body: { query: getIntrospectionQuery() } });
    expect(answer.status).toBe(200);
    expect(new Set(codes(answer.body.errors))).toEqual(new Set(['invalid']));
    expect(answer.body.errors[0].message).toContain('introspection has been disabled');
    expect(answer.body.data).toBeUndefined();
    const misspelt = await person.call('POST', '/graphql', { body: { query: '{ mee { id } }' } });
    expect(misspelt.body.errors[0].message).not.toContain('"me"');
    expect((await person.call('POST', '/graphql', { body: { query: '{ me { __typename } }' } })).body).toEqual({
      data: { me: { __typename: 'Me' } },
    });
  });

  it('there is no GraphiQL', async () => {
    expect((await call(production.url, 'GET', '/graphql', { headers: { accept: 'text/html' } })).status).toBe(405);
  });

  it('introspection can be switched on', async () => {
    const open = await startApp({ mode: 'serve', environment: { GRAPHQL_INTROSPECTION: 'on' } });
    try {
      const answer = await (
        await newcomer(open)
      ).call('POST', '/graphql', { body: { query: '{ __schema { queryType { name } } }' } });
      expect(answer.body).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
    } finally {
      await open.stop();
    }
  });
});
