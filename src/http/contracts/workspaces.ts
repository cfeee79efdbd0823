/** The workspaces API. It speaks Polish unless asked otherwise, and puts its sentence into `error`. */
import { z } from 'zod';
import { workspaceRoles } from '../../database/entities/workspace.ts';
import type { Workspaces, WorkspaceView } from '../../membership/workspaces.ts';
import { commonSentences, pageFields, type Contract } from '../contract.ts';
import { cut, list, pageQuery, toPage } from '../page.ts';
import { name, onWire, route, time, uuid, type Route } from '../route.ts';

export const workspacesContract: Contract = {
  name: 'workspaces',
  prefixes: ['/api/workspaces'],
  language: 'pl',
  sentences: {
    ...commonSentences,
    not_found: { pl: 'Workspace nie został znaleziony', en: 'The workspace was not found' },
    member_not_found: {
      pl: "Użytkownik nie jest członkiem tego workspace'u",
      en: 'This person is not a member of the workspace',
    },
    already_member: {
      pl: "Użytkownik jest już członkiem tego workspace'u",
      en: 'This person is already a member of the workspace',
    },
    last_owner: {
      pl: 'Workspace musi mieć co najmniej jednego właściciela',
      en: 'A workspace needs at least one owner',
    },
  },
  reasons: {
    invite: { pl: 'Brak uprawnień do zaproszenia członka', en: 'You may not invite a member' },
    'invite-failed': {
      pl: 'Nie udało się dodać członka do workspace',
      en: 'The member could not be added to the workspace',
    },
    'session-active': { pl: 'W tym workspace trwa sesja', en: 'A session is active in this workspace' },
  },
  fields: {
    workspace_id: { pl: 'Nieprawidłowy format ID workspace', en: 'Invalid workspace id format' },
    user_id: { pl: 'Nieprawidłowy format ID użytkownika', en: 'Invalid user id format' },
    email: { pl: 'Nieprawidłowy format email', en: 'Invalid email format' },
    role: { pl: 'Nieprawidłowa rola', en: 'Invalid role' },
    name: { pl: 'Nazwa musi mieć od 1 do 200 znaków', en: 'The name must have 1 to 200 characters' },
    ...pageFields,
  },
  errorOf: (_code, sentence) => sentence,
};

const role = z.enum(workspaceRoles);
export const workspaceSchema = z
  .object({ id: z.uuid(), name: z.string(), role, created_at: time })
  .meta({ id: 'Workspace' });
const workspaceOnWire = (view: WorkspaceView) => ({
  id: view.id,
  name: view.name,
  role: view.role,
  created_at: onWire(view.createdAt),
});

const one = z.object({ workspace_id: uuid });
const example = {
  id: '019aa439-0d9c-7d2f-a3c4-5f6e7a8b9c0d',
  name: 'Payments',
  role: 'owner',
  created_at: '2026-11-21T09:30:00.000Z',
};

export function workspaceRoutes({ workspaces }: { workspaces: Workspaces }): Route[] {
  const contract = workspacesContract;
  return [
    route({
      method: 'post',
      path: '/api/workspaces',
      operationId: 'createWorkspace',
      summary: 'Make a workspace; the caller owns it',
      contract,
      body: z.strictObject({ name }),
      example: { name: 'Payments' },
      answers: { 201: { description: 'The workspace', schema: workspaceSchema, example } },
      refusals: ['unauthenticated', 'invalid'],
      audit: { action: 'workspace.create' },
      handle: async ({ actor, body, requestId }) => ({
        status: 201,
        body: workspaceOnWire(await workspaces.create(actor, body.name, requestId)),
      }),
    }),
    route({
      method: 'get',
      path: '/api/workspaces',
      operationId: 'listWorkspaces',
      summary: 'The workspaces of the caller',
      contract,
      query: pageQuery(z.uuid()),
      answers: {
        200: {
          description: 'A page of workspaces',
          schema: list(workspaceSchema),
          example: { data: [example], next_cursor: null },
        },
      },
      refusals: ['unauthenticated', 'invalid'],
      handle: async ({ actor, query }) => {
        const page = toPage(query);
        const { rows, nextCursor } = cut(await workspaces.mine(actor, page), page, (row) => [row.id]);
        return { status: 200, body: { data: rows.map(workspaceOnWire), next_cursor: nextCursor } };
      },
    }),
    route({
      method: 'get',
      path: '/api/workspaces/:workspace_id',
      operationId: 'getWorkspace',
      summary: 'A workspace, for its members',
      contract,
      params: one,
      answers: { 200: { description: 'The workspace', schema: workspaceSchema, example } },
      refusals: ['unauthenticated', 'invalid', 'not_found', 'forbidden'],
      handle: async ({ actor, params }) => ({
        status: 200,
        body: workspaceOnWire(await workspaces.read(actor, params.workspace_id)),
      }),
    }),
    route({
      method: 'patch',
      path: '/api/workspaces/:workspace_id',
      operationId: 'renameWorkspace',
      summary: 'Rename it; owners and admins',
      contract,
      params: one,
      body: z.strictObject({ name }),
      example: { name: 'Payments and refunds' },
      answers: { 200: { description: 'The workspace', schema: workspaceSchema, example } },
      refusals: ['unauthenticated', 'invalid', 'not_found', 'forbidden'],
      audit: { action: 'workspace.rename', container: 'workspace' },
      handle: async ({ actor, params, body, requestId }) => ({
        status: 200,
        body: workspaceOnWire(await workspaces.rename(actor, params.workspace_id, body.name, requestId)),
      }),
    }),
    route({
      method: 'delete',
      path: '/api/workspaces/:workspace_id',
      operationId: 'deleteWorkspace',
      summary: 'Delete it and its threat models; owners',
      contract,
      params: one,
      answers: { 204: { description: 'It is gone' } },
      refusals: ['unauthenticated', 'invalid', 'not_found', 'forbidden', 'conflict'],
      audit: { action: 'workspace.delete', container: 'workspace' },
      handle: async ({ actor, params, requestId }) => {
        await workspaces.remove(actor, params.workspace_id, requestId);
        return { status: 204 };
      },
    }),
  ];
}
