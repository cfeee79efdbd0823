/** The members of a workspace, over the roster. Each attempt to invite is also one line of the log. */
import { z } from 'zod';
import { workspaceRoles } from '../../database/entities/workspace.ts';
import { workspace } from '../../membership/kinds/workspace.ts';
import type { Roster } from '../../membership/roster.ts';
import { byEmail, byId } from '../../membership/subjects.ts';
import { workspaceMemberOnWire } from '../../membership/wire.ts';
import type { Logger } from '../../observe/log.ts';
import { cut, list, pageQuery, timeKey, toPage } from '../page.ts';
import { email, route, time, uuid, type Finished, type Route } from '../route.ts';
import { workspacesContract } from './workspaces.ts';

const role = z.enum(workspaceRoles);
export const memberSchema = z
  .object({
    user_id: z.uuid(),
    workspace_id: z.uuid(),
    role,
    joined_at: time,
    profile: z.object({ email: z.string(), full_name: z.string().nullable(), avatar_url: z.string().nullable() }),
  })
  .meta({ id: 'WorkspaceMember' });

/** So much of an email that is none is logged, characters. */
const MOST_LOGGED = 500;
const one = z.object({ workspace_id: uuid });
const oneMember = z.object({ workspace_id: uuid, user_id: uuid });
const MEMBERS = '/api/workspaces/:workspace_id/members';
const example = {
  user_id: '019aa438-fd1a-7b2e-8f3c-4d5e6f708192',
  workspace_id: '019aa439-0d9c-7d2f-a3c4-5f6e7a8b9c0d',
  role: 'member',
  joined_at: '2026-11-21T09:30:00.000Z',
  profile: { email: 'grace@example.com', full_name: 'Grace Hopper', avatar_url: null },
};

export function workspaceMemberRoutes({ roster, logger }: { roster: Roster; logger: Logger }): Route[] {
  const contract = workspacesContract;
  return [
    route({
      method: 'get',
      path: MEMBERS,
      operationId: 'listWorkspaceMembers',
      summary: 'Its members, for its members',
      contract,
      params: one,
      query: pageQuery(timeKey, z.uuid()),
      answers: {
        200: {
          description: 'A page of members',
          schema: list(memberSchema),
          example: { data: [example], next_cursor: null },
        },
      },
      refusals: ['unauthenticated', 'invalid', 'not_found', 'forbidden'],
      roster: { kind: 'workspace', operation: 'list' },
      handle: async ({ actor, params, query }) => {
        const page = toPage(query);
        const members = await roster.list({ kind: workspace, container: params.workspace_id, actor }, page);
        const { rows, nextCursor } = cut(members, page, (member) => [member.addedAt.toISOString(), member.person.id]);
        return {
          status: 200,
          body: {
            data: rows.map((member) => workspaceMemberOnWire(params.workspace_id, member)),
            next_cursor: nextCursor,
          },
        };
      },
    }),
    route({
      method: 'post',
      path: MEMBERS,
      operationId: 'addWorkspaceMember',
      summary: 'Add somebody who has a profile; owners and admins, an owner only by owners',
      contract,
      guesses: true,
      params: one,
      body: z.strictObject({ email, role }),
      example: { email: 'grace@example.com', role: 'member' },
      answers: { 201: { description: 'The member', schema: memberSchema, example } },
      refusals: ['unauthenticated', 'invalid', 'not_found', 'forbidden', 'user_not_found', 'already_member'],
      audit: { action: 'workspace.member.add', container: 'workspace', subject: 'email' },
      roster: { kind: 'workspace', operation: 'add' },
      failure: 'invite-failed',
      finished: (attempt) => logInvitation(logger, attempt),
      handle: async ({ actor, params, body, requestId, context }) => {
        const named = byEmail(body.email, String((context.state.body as { email: unknown }).email));
        const member = await roster.add(
          { kind: workspace, container: params.workspace_id, actor, requestId },
          named,
          body.role,
        );
        return { status: 201, body: workspaceMemberOnWire(params.workspace_id, member) };
      },
    }),
    route({
      method: 'patch',
      path: `${MEMBERS}/:user_id`,
      operationId: 'changeWorkspaceMember',
      summary: "Change a role; owners and admins, an owner's row only owners",
      contract,
      params: oneMember,
      body: z.strictObject({ role }),
      example: { role: 'admin' },
      answers: { 200: { description: 'The member', schema: memberSchema, example } },
      refusals: [
        'unauthenticated',
        'invalid',
        'not_found',
        'forbidden',
        'user_not_found',
        'member_not_found',
        'last_owner',
      ],
      audit: { action: 'workspace.member.change', container: 'workspace', subject: 'user_id' },
      roster: { kind: 'workspace', operation: 'change' },
      handle: async ({ actor, params, body, requestId }) => {
        const member = await roster.change(
          { kind: workspace, container: params.workspace_id, actor, requestId },
          byId(params.user_id),
          body.role,
        );
        return { status: 200, body: workspaceMemberOnWire(params.workspace_id, member) };
      },
    }),
    route({
      method: 'delete',
      path: `${MEMBERS}/:user_id`,
      operationId: 'removeWorkspaceMember',
      summary: "Remove a member; owners and admins, an owner's row only owners, anybody themselves",
      contract,
      params: oneMember,
      answers: { 204: { description: 'They are no member any more' } },
      refusals: [
        'unauthenticated',
        'invalid',
        'not_found',
        'forbidden',
        'user_not_found',
        'member_not_found',
        'last_owner',
      ],
      audit: { action: 'workspace.member.remove', container: 'workspace', subject: 'user_id' },
      roster: { kind: 'workspace', operation: 'remove' },
      handle: async ({ actor, params, requestId }) => {
        await roster.remove(
          { kind: workspace, container: params.workspace_id, actor, requestId },
          byId(params.user_id),
        );
        return { status: 204 };
      },
    }),
  ];
}

/** Each attempt to invite is one line that operators of the workspaces API know. */
function logInvitation(logger: Logger, { actor, params, body, refusal, error, answer }: Finished): void {
  const timestamp = new Date().toISOString();
  if (refusal === null) {
    const member = answer?.body as ReturnType<typeof workspaceMemberOnWire>;
    const line = {
      workspaceId: params.workspace_id,
      invitedUserId: member.user_id,
      role: member.role,
      invitedByUserId: actor?.id,
      timestamp,
    };
    logger.info(line, 'POST /api/workspaces/:workspace_id/members - Sukces');
    return;
  }
  const line = {
    workspaceId: params.workspace_id,
    inviteeEmail: typeof body.email === 'string' ? body.email.slice(0, MOST_LOGGED) : null,
    currentUserId: actor?.id ?? null,
    errorType: refusal.code,
    error,
    timestamp,
  };
  logger.warn(line, 'POST /api/workspaces/:workspace_id/members - Błąd');
}
