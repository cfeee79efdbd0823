/** The groups API: ids are ULIDs, and `error` is a kind. Its members are next door; GraphQL speaks its sentences. */
import { z } from 'zod';
import { byId } from '../../membership/subjects.ts';
import { fromUlid, toUlid, ULID } from '../../identity/spelling.ts';
import type { Groups, GroupView } from '../../membership/groups.ts';
import type { RefusalCode } from '../../refusal.ts';
import { commonSentences, pageFields, type Contract } from '../contract.ts';
import { cut, list, pageQuery, toPage } from '../page.ts';
import { description, name, onWire, route, time, type Route } from '../route.ts';

const kinds = {
  unauthenticated: 'Unauthorized',
  forbidden: 'Forbidden',
  invalid: 'ValidationError',
  not_found: 'NotFound',
  user_not_found: 'NotFound',
  member_not_found: 'NotFound',
  already_member: 'Conflict',
  last_owner: 'Conflict',
  session_not_found: 'NotFound',
  removed_from_session: 'Forbidden',
  session_full: 'Conflict',
  conflict: 'Conflict',
  precondition_failed: 'Conflict',
  payload_too_large: 'ValidationError',
  rate_limited: 'Forbidden',
  unsupported_media_type: 'ValidationError',
  method_not_allowed: 'ValidationError',
  unavailable: 'InternalServerError',
  internal: 'InternalServerError',
} as const satisfies Record<RefusalCode, string>;

export const groupsContract: Contract = {
  name: 'groups',
  prefixes: ['/api/v1/groups', '/graphql'],
  language: 'en',
  sentences: {
    ...commonSentences,
    forbidden: { pl: 'Brak uprawnień do tej grupy', en: 'You may not do this with this group' },
    not_found: { pl: 'Grupa nie została znaleziona', en: 'The group was not found' },
    user_not_found: { pl: 'Użytkownik nie został znaleziony', en: 'The user was not found' },
    member_not_found: { pl: 'Użytkownik nie jest członkiem tej grupy', en: 'The user is not a member of this group' },
    already_member: { pl: 'Użytkownik jest już członkiem tej grupy', en: 'The user is already a member of this group' },
  },
  reasons: {
    lists: {
      pl: 'Listy, o które prosi to żądanie, są razem za długie',
      en: 'The lists that this request asks for are too long together',
    },
  },
  fields: {
    group_id: { pl: 'Nieprawidłowy format group_id', en: 'Invalid group_id format' },
    'group_id:blank': { pl: 'group_id nie może być puste', en: 'group_id cannot be empty' },
    user_id: { pl: 'Nieprawidłowy format user_id', en: 'Invalid user_id format' },
    'user_id:blank': { pl: 'user_id nie może być puste', en: 'user_id cannot be empty' },
    owner_id: { pl: 'Nieprawidłowy format owner_id', en: 'Invalid owner_id format' },
    'owner_id:blank': { pl: 'owner_id nie może być puste', en: 'owner_id cannot be empty' },
    name: { pl: 'Nazwa musi mieć od 1 do 200 znaków', en: 'The name must have 1 to 200 characters' },
    description: { pl: 'Opis może mieć do 2000 znaków', en: 'The description may have up to 2,000 characters' },
    first: { pl: 'first musi być liczbą od 1 do 100', en: 'first must be a number from 1 to 100' },
    after: { pl: 'Nieprawidłowy kursor', en: 'Invalid cursor' },
    ...pageFields,
    body: { pl: 'Nieprawidłowa treść żądania', en: 'The body does not have the right shape' },
  },
  namesTheFault: true,
  errorOf: (code) => kinds[code],
};

/** A ULID by shape, of any generation and in either case; inside, the UUID of the same 128 bits. */
export const ulid = z
  .string()
  .regex(ULID)
  .transform(fromUlid)
  .meta({ description: 'A ULID, in either case', examples: ['01KAJ3Q0W5F0ZB8T8H7R6S5N4M'] });

export const groupSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    owner_id: z.string(),
    created_at: time,
  })
  .meta({ id: 'Group' });

export const groupOnWire = (view: GroupView) => ({
  id: toUlid(view.id),
  name: view.name,
  description: view.description,
  owner_id: toUlid(view.owner),
  created_at: onWire(view.createdAt),
});

const one = z.object({ group_id: ulid });
const ALL = '/api/v1/groups';
const ONE = `${ALL}/:group_id`;
const refusals = ['unauthenticated', 'invalid', 'not_found', 'forbidden'] as const;
const example = {
  id: '01KAJ3Q0W5F0ZB8T8H7R6S5N4M',
  name: 'Reviewers',
  description: 'Read before every release',
  owner_id: '01KAJ3PZ9D6YV2K4C1X0M8G7QA',
  created_at: '2026-11-21T09:30:00.000Z',
};

export function groupRoutes({ groups }: { groups: Groups }): Route[] {
  const contract = groupsContract;
  return [
    route({
      method: 'post',
      path: ALL,
      operationId: 'createGroup',
      summary: 'Make a group; the caller owns it',
      contract,
      body: z.strictObject({ name, description: description.optional() }),
      example: { name: 'Reviewers', description: 'Read before every release' },
      answers: { 201: { description: 'The group', schema: groupSchema, example } },
      refusals: ['unauthenticated', 'invalid'],
      audit: { action: 'group.create' },
      handle: async ({ actor, body, requestId }) => {
        const made = { name: body.name, description: body.description ?? null };
        return { status: 201, body: groupOnWire(await groups.create(actor, made, requestId)) };
      },
    }),
    route({
      method: 'get',
      path: ALL,
      operationId: 'listGroups',
      summary: 'The groups that the caller owns or has joined',
      contract,
      query: pageQuery(z.uuid()),
      answers: {
        200: {
          description: 'A page of groups',
          schema: list(groupSchema),
          example: { data: [example], next_cursor: null },
        },
      },
      refusals: ['unauthenticated', 'invalid'],
      handle: async ({ actor, query }) => {
        const page = toPage(query);
        const { rows, nextCursor } = cut(await groups.mine(actor, page), page, (row) => [row.id]);
        return { status: 200, body: { data: rows.map(groupOnWire), next_cursor: nextCursor } };
      },
    }),
    route({
      method: 'get',
      path: ONE,
      operationId: 'getGroup',
      summary: 'A group, for its owner and members',
      contract,
      params: one,
      answers: { 200: { description: 'The group', schema: groupSchema, example } },
      refusals,
      handle: async ({ actor, params }) => ({
        status: 200,
        body: groupOnWire(await groups.read(actor, params.group_id)),
      }),
    }),
    route({
      method: 'patch',
      path: ONE,
      operationId: 'changeGroup',
      summary: 'Change it or hand it over; the owner',
      contract,
      params: one,
      body: z.strictObject({
        name: name.optional(),
        description: description.optional(),
        owner_id: ulid.optional(),
      }),
      example: { name: 'Release reviewers', owner_id: '01KAJ3PZ9D6YV2K4C1X0M8G7QA' },
      answers: { 200: { description: 'The group as it is now', schema: groupSchema, example } },
      refusals: [...refusals, 'user_not_found'],
      audit: { action: 'group.change', container: 'group', subject: 'owner_id' },
      handle: async ({ actor, params, body, requestId, context }) => {
        const named = String((context.state.body as { owner_id?: unknown }).owner_id);
        const owner = body.owner_id === undefined ? undefined : byId(body.owner_id, named);
        const changes = { name: body.name, description: body.description, owner };
        return { status: 200, body: groupOnWire(await groups.change(actor, params.group_id, changes, requestId)) };
      },
    }),
    route({
      method: 'delete',
      path: ONE,
      operationId: 'deleteGroup',
      summary: 'Delete it, with what it was granted; the owner',
      contract,
      params: one,
      answers: { 204: { description: 'It is gone' } },
      refusals,
      audit: { action: 'group.delete', container: 'group' },
      handle: async ({ actor, params, requestId }) => {
        await groups.remove(actor, params.group_id, requestId);
        return { status: 204 };
      },
    }),
  ];
}
