/**
 * The four ways to a roster, each behind the same few calls: workspaces, groups over REST, groups over GraphQL, and
 * conversations. A test says what should happen; these say how each API is asked and what it answered.
 */
import { expect } from 'vitest';
import { fromUlid } from '../../src/identity/spelling.ts';
import { clientOf, type Answered } from '../support/client.ts';
import type { TestPerson } from '../support/people.ts';

/** How an attempt came out, however the API says so. */
export interface Outcome {
  /** `granted`, or the refusal's code. */
  code: string;
  /** Of the HTTP answer. */
  status: number;
  /** The sentence for people, of a refusal. */
  message: string | null;
  headers: Headers;
  body: any;
}

export interface Asked {
  /** Without a token if it is null. */
  by: Pick<TestPerson, 'call'> | null;
  container: string;
  headers?: Record<string, string>;
}

export interface Api {
  name: string;
  kind: 'workspace' | 'group' | 'conversation';
  /** Spoken where the caller asks for nothing. */
  language: 'pl' | 'en';
  /** A role that may not manage the roster; null without roles. */
  plain: string | null;
  /** HTTP statuses of an addition, of a removal, and of a refusal (null: always 200). */
  statuses: { added: number; removed: number; refused: Record<string, number> | null };
  table: string;
  /** Makes a container; the caller may manage its roster then. @returns its id as the API spells it */
  make(owner: TestPerson): Promise<string>;
  /** The id of a container of this kind that does not exist, and ids that are none. */
  nowhere: string;
  noContainers: readonly string[];
  /** A person as they are added, and as they are removed. */
  added(person: TestPerson): unknown;
  removed(person: TestPerson): string;
  /** Somebody who does not exist, for either; and values that name nobody at all. */
  nobody: { added: unknown; removed: string };
  noPeople: { added: readonly unknown[]; removed: readonly string[] };
  /** `subject` undefined: the body lacks it. */
  add(asked: Asked, subject: unknown, role?: unknown): Promise<Outcome>;
  remove(asked: Asked, subject: string): Promise<Outcome>;
  list(asked: Asked): Promise<Outcome & { members: any[] }>;
  /** The member in the answer to an addition, as the list writes it. */
  memberIn(outcome: Outcome): unknown;
  /** What the list says of somebody. */
  member(person: TestPerson, at: { container: string; role: string | null; by: TestPerson }): Record<string, unknown>;
  /** The container as the audit trail and the notices call it. */
  inside(container: string): string;
  /** What a room's clients are told of an addition or a removal. */
  told(
    what: 'added' | 'removed',
    told: { container: string; member: unknown; by: TestPerson },
  ): Record<string, unknown>;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** A time on the wire. */
export const someTime = expect.stringMatching(TIME) as unknown;

const NO_UUID = '01900000-0000-7000-8000-00000000dead';
const NO_ULID = '01J0000000FZZZZZZZZZZZZZZZ';

const statuses = {
  unauthenticated: 401,
  invalid: 400,
  not_found: 404,
  forbidden: 403,
  user_not_found: 404,
  member_not_found: 404,
  already_member: 409,
  last_owner: 409,
};

function rest({ status, headers, body }: Answered): Outcome {
  const refused = status >= 400;
  return {
    code: refused ? (body.code as string) : 'granted',
    status,
    headers,
    body,
    message: refused ? body.message : null,
  };
}

const anonymous = (url: string) => ({ call: clientOf(url, 'nobody@example.com').call });

/** @param url where the app listens */
export function apisOf(url: string): Api[] {
  const call = (asked: Asked, method: string, path: string, body?: unknown) => {
    const client = asked.by ?? anonymous(url);
    const headers = { ...asked.headers, ...(asked.by === null && { authorization: '' }) };
    return client.call(method, path, { headers, ...(body !== undefined && { body }) });
  };
  return [workspaces(call), groups(call), groupsOverGraphql(call), conversations(call)];
}

type Call = (asked: Asked, method: string, path: string, body?: unknown) => Promise<Answered>;

/** Leaves out what is undefined. */
const sent = (members: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

function workspaces(call: Call): Api {
  const members = (asked: Asked) => `/api/workspaces/${asked.container}/members`;
  return {
    name: 'workspaces',
    kind: 'workspace',
    language: 'pl',
    plain: 'member',
    statuses: { added: 201, removed: 204, refused: statuses },
    table: 'workspace_member',
    make: async (owner) => (await owner.call('POST', '/api/workspaces', { body: { name: 'A workspace' } })).body.id,
    nowhere: NO_UUID,
    noContainers: ['1', 'abc', `${NO_UUID}0`, NO_ULID, '%20'],
    added: (person) => person.email,
    removed: (person) => person.id,
    nobody: { added: 'nobody-at-all@example.com', removed: NO_UUID },
    noPeople: {
      added: ['', '  ', 'ada', 'ada@', 7, null, ['ada@example.com'], { email: 'a@b.example' }],
      removed: ['1', 'abc', NO_ULID],
    },
    add: async (asked, subject, role = 'member') =>
      rest(await call(asked, 'POST', members(asked), sent({ email: subject, role }))),
    remove: async (asked, subject) => rest(await call(asked, 'DELETE', `${members(asked)}/${subject}`)),
    list: async (asked) => {
      const outcome = rest(await call(asked, 'GET', members(asked)));
      return { ...outcome, members: outcome.body.data ?? [] };
    },
    memberIn: ({ body }) => body,
    member: (person, { container, role }) => ({
      user_id: person.id,
      workspace_id: container,
      role,
      joined_at: someTime,
      profile: { email: person.email, full_name: null, avatar_url: null },
    }),
    inside: (container) => `workspace:${container}`,
    told: (what, { container, member, by }) => ({
      type: `member_${what}`,
      kind: 'workspace',
      container_id: container,
      member,
      by: by.id,
    }),
  };
}

function groups(call: Call): Api {
  const members = (asked: Asked) => `/api/v1/groups/${asked.container}/members`;
  return {
    name: 'groups',
    kind: 'group',
    language: 'en',
    plain: null,
    statuses: { added: 201, removed: 204, refused: statuses },
    table: 'group_member',
    make: async (owner) => (await owner.call('POST', '/api/v1/groups', { body: { name: 'A group' } })).body.id,
    nowhere: NO_ULID,
    noContainers: ['1', 'abc', NO_UUID, `${NO_ULID}0`, '8ZZZZZZZZZZZZZZZZZZZZZZZZZ', '%20'],
    added: (person) => person.ulid,
    removed: (person) => person.ulid,
    nobody: { added: NO_ULID, removed: NO_ULID },
    noPeople: {
      added: [
        '',
        '  ',
        'ada',
        NO_UUID,
        '8ZZZZZZZZZZZZZZZZZZZZZZZZZ',
        `${NO_ULID}0`,
        'ILOU000000FZZZZZZZZZZZZZZZ',
        7,
        null,
        [NO_ULID],
      ],
      removed: ['1', 'abc', NO_UUID],
    },
    add: async (asked, subject, role) =>
      rest(await call(asked, 'POST', members(asked), sent({ user_id: subject, role }))),
    remove: async (asked, subject) => rest(await call(asked, 'DELETE', `${members(asked)}/${subject}`)),
    list: async (asked) => {
      const outcome = rest(await call(asked, 'GET', members(asked)));
      return { ...outcome, members: outcome.body.members ?? [] };
    },
    memberIn: ({ body }) => body,
    member: (person, { by }) => ({
      user_id: person.ulid,
      username: person.email.split('@')[0],
      email: person.email,
      added_at: someTime,
      added_by: by.ulid,
    }),
    inside: (container) => `group:${fromUlid(container)}`,
    told: (what, { container, member, by }) => ({
      type: `member_${what}`,
      kind: 'group',
      container_id: container,
      member,
      by: by.ulid,
    }),
  };
}

/** The same groups; members come back in camel case, which is spelled back here to compare them. */
function groupsOverGraphql(call: Call): Api {
  const fields = '{ userId username email addedAt addedBy }';
  const ask = async (asked: Asked, query: string, variables: Record<string, unknown>): Promise<Outcome> => {
    const answered = await call(asked, 'POST', '/graphql', { query, variables });
    if (answered.status !== 200) return rest(answered);
    const [error] = answered.body.errors ?? [];
    const { status, headers, body } = answered;
    return { code: error?.extensions.code ?? 'granted', status, headers, body, message: error?.message ?? null };
  };
  const inSnakeCase = (member: any) =>
    member && {
      user_id: member.userId,
      username: member.username,
      email: member.email,
      added_at: member.addedAt,
      added_by: member.addedBy,
    };
  const mutation = (name: string, selection: string, role?: unknown) => {
    const more = role === undefined ? '' : `, role: ${JSON.stringify(role)}`;
    return `mutation ($group: ID!, $user: ID!) { ${name}(groupId: $group, userId: $user${more}) ${selection} }`;
  };
  const decoded = (container: string) => decodeURIComponent(container);
  return {
    ...groups(call),
    name: 'groups over GraphQL',
    statuses: { added: 200, removed: 200, refused: null },
    add: (asked, subject, role) =>
      ask(asked, mutation('addGroupMember', fields, role), sent({ group: decoded(asked.container), user: subject })),
    remove: (asked, subject) =>
      ask(asked, mutation('removeGroupMember', ''), { group: decoded(asked.container), user: subject }),
    list: async (asked) => {
      const query = `query ($group: ID!) { groupMembers(groupId: $group) { nodes ${fields} endCursor } }`;
      const outcome = await ask(asked, query, { group: decoded(asked.container) });
      return { ...outcome, members: (outcome.body.data?.groupMembers?.nodes ?? []).map(inSnakeCase) };
    },
    memberIn: ({ body }) => inSnakeCase(body.data.addGroupMember),
  };
}

function conversations(call: Call): Api {
  const participants = (asked: Asked) => `/v1/messaging/conversations/${asked.container}/participants`;
  return {
    name: 'conversations',
    kind: 'conversation',
    language: 'en',
    plain: 'moderator',
    statuses: { added: 201, removed: 204, refused: statuses },
    table: 'conversation_participant',
    make: async (owner) =>
      String((await owner.call('POST', '/v1/messaging/conversations', { body: { title: 'A conversation' } })).body.id),
    nowhere: '2147483647',
    noContainers: ['0', '-1', '2147483648', '1.5', '01', 'abc', NO_UUID, '%20'],
    added: (person) => person.number,
    removed: (person) => String(person.number),
    nobody: { added: 2147483647, removed: '2147483647' },
    noPeople: {
      added: ['', '  ', '1', 0, -1, 1.5, 2147483648, 1e300, null, [1], NO_UUID],
      removed: ['0', '-1', '2147483648', '1.0', 'abc'],
    },
    add: async (asked, subject, role) =>
      rest(await call(asked, 'POST', participants(asked), sent({ user_id: subject, role }))),
    remove: async (asked, subject) => rest(await call(asked, 'DELETE', `${participants(asked)}/${subject}`)),
    list: async (asked) => {
      const outcome = rest(await call(asked, 'GET', participants(asked)));
      return { ...outcome, members: outcome.body.participants ?? [] };
    },
    memberIn: ({ body: { participant_id, user_id, role, joined_at } }) =>
      expect.objectContaining({ participant_id, user_id, role, joined_at }),
    member: (person, { role }) => ({
      participant_id: expect.any(Number),
      user_id: person.number,
      email: person.email,
      username: person.email.split('@')[0],
      role,
      joined_at: someTime,
    }),
    inside: (container) => `conversation:${container}`,
    told: (what, { container, member, by }) => ({
      type: `participant_${what}`,
      conversation_id: Number(container),
      participant: member,
      by: by.number,
    }),
  };
}
