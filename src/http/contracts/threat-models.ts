/** The threat-model API: threat models and their authorization. People in it are emails; its diagrams are next door. */
import { z } from 'zod';
import type { Grant, Grants } from '../../access/grants.ts';
import { accessRoles } from '../../access/roles.ts';
import type { ThreatModels, ThreatModelView } from '../../access/threat-models.ts';
import { fromUlid, toUlid, ULID } from '../../identity/spelling.ts';
import { upToFault } from '../../json.ts';
import { commonSentences, pageFields, type Contract } from '../contract.ts';
import { cut, list, pageQuery, toPage } from '../page.ts';
import { description, email, name, onWire, route, time, uuid, type Route } from '../route.ts';

export const threatModelsContract: Contract = {
  name: 'threat models',
  prefixes: ['/threat_models', '/me/sessions'],
  language: 'en',
  sentences: {
    ...commonSentences,
    not_found: { pl: 'Model zagrożeń nie został znaleziony', en: 'The threat model was not found' },
    last_owner: {
      pl: 'Co najmniej jedna osoba musi pozostać właścicielem',
      en: 'At least one person has to remain an owner',
    },
  },
  reasons: {
    diagram: { pl: 'Diagram nie został znaleziony', en: 'The diagram was not found' },
    version: { pl: 'Wersja nie została znaleziona', en: 'The version was not found' },
    group: { pl: 'Grupa nie została znaleziona', en: 'The group was not found' },
    workspace: { pl: 'Workspace nie został znaleziony', en: 'The workspace was not found' },
    'session-active': { pl: 'Trwa sesja', en: 'A session is active' },
    collaborate: { pl: 'Brak uprawnień do tego diagramu', en: 'You have no role on this diagram' },
    host: { pl: 'Tylko prowadzący może zakończyć sesję', en: 'Only the host may end the session' },
  },
  fields: {
    threat_model_id: { pl: 'Nieprawidłowy format ID modelu', en: 'Invalid threat model id format' },
    diagram_id: { pl: 'Nieprawidłowy format ID diagramu', en: 'Invalid diagram id format' },
    version_id: { pl: 'Nieprawidłowy format ID wersji', en: 'Invalid version id format' },
    workspace_id: { pl: 'Nieprawidłowy format ID workspace', en: 'Invalid workspace id format' },
    name: { pl: 'Nazwa musi mieć od 1 do 200 znaków', en: 'The name must have 1 to 200 characters' },
    description: { pl: 'Opis może mieć do 2000 znaków', en: 'The description may have up to 2,000 characters' },
    ...pageFields,
    body: { pl: 'Nieprawidłowa treść żądania', en: 'The body does not have the right shape' },
  },
  errorOf: (code) => code,
  statusOf: ({ details }) => (details.reason === 'collaborate' ? 401 : undefined),
};

export const threatModelSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    description: z.string().nullable(),
    workspace_id: z.uuid().nullable(),
    owner: z.string(),
    role: z.enum(accessRoles),
    created_at: time,
  })
  .meta({ id: 'ThreatModel' });

const threatModelOnWire = (view: ThreatModelView) => ({
  id: view.id,
  name: view.name,
  description: view.description,
  workspace_id: view.workspace,
  owner: view.owner,
  role: view.role,
  created_at: onWire(view.createdAt),
});

const grantRole = z.enum(accessRoles);
const grantSchema = z.discriminatedUnion('subject_type', [
  z.strictObject({ subject_type: z.literal('user'), subject: email, role: grantRole }),
  z.strictObject({
    subject_type: z.literal('group'),
    subject: z
      .string()
      .regex(ULID)
      .transform((text) => text.toUpperCase()),
    role: grantRole,
  }),
]);
const authorizationSchema = upToFault(z.array(grantSchema).max(1000)).refine(
  (grants) => new Set(grants.map((grant) => `${grant.subject_type}:${grant.subject}`)).size === grants.length,
  'each subject once',
);
export const grantsSchema = z
  .array(z.object({ subject_type: z.enum(['user', 'group']), subject: z.string(), role: grantRole }))
  .meta({ id: 'Authorization' });

const grantOnWire = ({ type, subject, role }: Grant) => ({
  subject_type: type,
  subject: type === 'group' ? toUlid(subject) : subject,
  role,
});

const toGrant = (sent: z.output<typeof grantSchema>): Grant => ({
  type: sent.subject_type,
  subject: sent.subject_type === 'group' ? fromUlid(sent.subject) : sent.subject,
  role: sent.role,
});

const one = z.object({ threat_model_id: uuid });
const ONE = '/threat_models/:threat_model_id';

export function threatModelRoutes({ threatModels, grants }: { threatModels: ThreatModels; grants: Grants }): Route[] {
  const contract = threatModelsContract;
  return [
    route({
      method: 'post',
      path: '/threat_models',
      operationId: 'createThreatModel',
      summary: 'Make a threat model; the caller owns it',
      contract,
      body: z.strictObject({ name, description: description.optional(), workspace_id: uuid.nullable().optional() }),
      example: { name: 'Checkout' },
      answers: { 201: { description: 'The threat model', schema: threatModelSchema } },
      refusals: ['unauthenticated', 'invalid', 'not_found', 'forbidden'],
      audit: { action: 'threat_model.create' },
      handle: async ({ actor, body, requestId }) => {
        const made = { name: body.name, description: body.description ?? null, workspace: body.workspace_id ?? null };
        return { status: 201, body: threatModelOnWire(await threatModels.create(actor, made, requestId)) };
      },
    }),
    route({
      method: 'get',
      path: '/threat_models',
      operationId: 'listThreatModels',
      summary: 'Those the caller has a role in, newest first',
      contract,
      query: pageQuery(z.uuid()),
      answers: { 200: { description: 'A page of threat models', schema: list(threatModelSchema) } },
      refusals: ['unauthenticated', 'invalid'],
      handle: async ({ actor, query }) => {
        const page = toPage(query);
        const { rows, nextCursor } = cut(await threatModels.mine(actor, page), page, (row) => [row.id]);
        return { status: 200, body: { data: rows.map(threatModelOnWire), next_cursor: nextCursor } };
      },
    }),
    route({
      method: 'get',
      path: ONE,
      operationId: 'getThreatModel',
      summary: 'A threat model, for whoever has a role in it',
      contract,
      params: one,
      answers: { 200: { description: 'The threat model', schema: threatModelSchema } },
      refusals: ['unauthenticated', 'invalid', 'not_found', 'forbidden'],
      handle: async ({ actor, params }) => ({
        status: 200,
        body: threatModelOnWire(await threatModels.read(actor, params.threat_model_id)),
      }),
    }),
    route({
      method: 'patch',
      path: ONE,
      operationId: 'changeThreatModel',
      summary: 'Change name or description; writers',
      contract,
      params: one,
      body: z.strictObject({ name: name.optional(), description: description.optional() }),
      example: { name: 'Checkout and refunds' },
      answers: { 200: { description: 'The threat model', schema: threatModelSchema } },
      refusals: ['unauthenticated', 'invalid', 'not_found', 'forbidden'],
      audit: { action: 'threat_model.change', container: 'threat_model' },
      handle: async ({ actor, params, body, requestId }) => ({
        status: 200,
        body: threatModelOnWire(await threatModels.change(actor, params.threat_model_id, body, requestId)),
      }),
    }),
    route({
      method: 'delete',
      path: ONE,
      operationId: 'deleteThreatModel',
      summary: 'Delete it with its diagrams; owners, not while a session is active',
      contract,
      params: one,
      answers: { 204: { description: 'It is gone' } },
      refusals: ['unauthenticated', 'invalid', 'not_found', 'forbidden', 'conflict'],
      audit: { action: 'threat_model.delete', container: 'threat_model' },
      handle: async ({ actor, params, requestId }) => {
        await threatModels.remove(actor, params.threat_model_id, requestId);
        return { status: 204 };
      },
    }),
    route({
      method: 'get',
      path: `${ONE}/authorization`,
      operationId: 'getAuthorization',
      summary: 'Who has which role',
      contract,
      params: one,
      answers: { 200: { description: 'The grants', schema: grantsSchema } },
      refusals: ['unauthenticated', 'invalid', 'not_found', 'forbidden'],
      handle: async ({ actor, params }) => ({
        status: 200,
        body: (await grants.list(actor, params.threat_model_id)).map(grantOnWire),
      }),
    }),
    route({
      method: 'put',
      path: `${ONE}/authorization`,
      operationId: 'replaceAuthorization',
      summary: 'Replace all grants; owners, and one person stays an owner',
      contract,
      guesses: true,
      params: one,
      body: authorizationSchema,
      example: [
        { subject_type: 'user', subject: 'ada@example.com', role: 'owner' },
        { subject_type: 'user', subject: 'grace@example.com', role: 'writer' },
      ],
      answers: { 200: { description: 'The grants', schema: grantsSchema } },
      refusals: ['unauthenticated', 'invalid', 'not_found', 'forbidden', 'user_not_found', 'last_owner'],
      audit: { action: 'threat_model.grants.replace', container: 'threat_model' },
      handle: async ({ actor, params, body, requestId }) => ({
        status: 200,
        body: (await grants.replace(actor, params.threat_model_id, body.map(toGrant), requestId)).map(grantOnWire),
      }),
    }),
  ];
}
