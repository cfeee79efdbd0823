/** The members of a group, over the roster. The list is complete unless `limit` is given. */
import { z } from 'zod';
import { toUlid } from '../../identity/spelling.ts';
import { group } from '../../membership/kinds/group.ts';
import type { Roster } from '../../membership/roster.ts';
import { byId } from '../../membership/subjects.ts';
import { groupMemberOnWire } from '../../membership/wire.ts';
import { cut, pageQuery, timeKey, toPageOrAll } from '../page.ts';
import { route, time, type Call, type Route } from '../route.ts';
import { groupsContract, ulid } from './groups.ts';

export const memberSchema = z
  .object({
    user_id: z.string(),
    username: z.string(),
    email: z.string(),
    added_at: time,
    added_by: z.string().nullable().describe('null when their profile is gone'),
  })
  .meta({ id: 'GroupMember' });
const listSchema = z.object({
  group_id: z.string(),
  members: z.array(memberSchema).describe('In order of added_at'),
  next_cursor: z.string().nullable(),
});

/** The parts of a cursor in a list of members. */
export const memberKeys = [timeKey, z.uuid()] as const;

const one = z.object({ group_id: ulid });
const oneMember = z.object({ group_id: ulid, user_id: ulid });
const subject = z.strictObject({ user_id: ulid });
const MEMBERS = '/api/v1/groups/:group_id/members';
const refusals = ['unauthenticated', 'invalid', 'not_found', 'forbidden'] as const;

const example = {
  user_id: '01KAJ3PZ9D6YV2K4C1X0M8G7QA',
  username: 'grace',
  email: 'grace@example.com',
  added_at: '2026-11-21T09:30:00.000Z',
  added_by: '01KAJ3PYB2N8T5W7E4R9S6D3FH',
};

type Removing = Pick<Call<{ group_id: string }, unknown, unknown>, 'params' | 'actor' | 'requestId'>;

export function groupMemberRoutes({ roster }: { roster: Roster }): Route[] {
  const contract = groupsContract;
  const remove = async ({ params, actor, requestId }: Removing, id: string, named: string) => {
    await roster.remove({ kind: group, container: params.group_id, actor, requestId }, byId(id, named));
    return { status: 204 };
  };
  const removal = {
    method: 'delete',
    contract,
    answers: { 204: { description: 'They are no member any more' } },
    refusals: [...refusals, 'user_not_found', 'member_not_found'],
    audit: { action: 'group.member.remove', container: 'group', subject: 'user_id' },
    roster: { kind: 'group', operation: 'remove' },
  } as const;
  return [
    route({
      method: 'get',
      path: MEMBERS,
      operationId: 'listGroupMembers',
      summary: 'Its members, for owner and members; complete unless `limit` is given',
      contract,
      params: one,
      query: pageQuery(...memberKeys),
      answers: {
        200: {
          description: 'The members',
          schema: listSchema,
          example: { group_id: '01KAJ3Q0W5F0ZB8T8H7R6S5N4M', members: [example], next_cursor: null },
        },
      },
      refusals,
      roster: { kind: 'group', operation: 'list' },
      handle: async ({ actor, params, query }) => {
        const page = toPageOrAll(query);
        const members = await roster.list({ kind: group, container: params.group_id, actor }, page);
        const { rows, nextCursor } = cut(members, page, (member) => [member.addedAt.toISOString(), member.person.id]);
        const group_id = toUlid(params.group_id);
        return { status: 200, body: { group_id, members: rows.map(groupMemberOnWire), next_cursor: nextCursor } };
      },
    }),
    route({
      method: 'post',
      path: MEMBERS,
      operationId: 'addGroupMember',
      summary: 'Add somebody who has a profile; the owner',
      contract,
      params: one,
      body: subject,
      example: { user_id: example.user_id },
      answers: { 201: { description: 'The member', schema: memberSchema, example } },
      refusals: [...refusals, 'user_not_found', 'already_member'],
      audit: { action: 'group.member.add', container: 'group', subject: 'user_id' },
      roster: { kind: 'group', operation: 'add' },
      handle: async ({ actor, params, body, requestId, context }) => {
        const attempt = { kind: group, container: params.group_id, actor, requestId };
        const member = await roster.add(attempt, byId(body.user_id, sentId(context.state.body)), null);
        return { status: 201, body: groupMemberOnWire(member) };
      },
    }),
    route({
      ...removal,
      path: MEMBERS,
      operationId: 'removeGroupMember',
      summary: 'Remove the member named in the body; the owner',
      params: one,
      body: subject,
      example: { user_id: example.user_id },
      handle: (call) => remove(call, call.body.user_id, sentId(call.context.state.body)),
    }),
    route({
      ...removal,
      path: `${MEMBERS}/:user_id`,
      operationId: 'removeGroupMemberByPath',
      summary: 'Remove the member named in the path; the owner',
      params: oneMember,
      handle: (call) => remove(call, call.params.user_id, String(call.context.params.user_id)),
    }),
  ];
}

const sentId = (body: unknown): string => (body as { user_id: string }).user_id;
