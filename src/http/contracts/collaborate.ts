/**
 * Collaboration sessions over REST: created or found, read, ended; and the caller's active ones. Somebody without a
 * role on the diagram gets 401 here, with the code `forbidden`, as the clients of this API expect.
 */
import type { Context } from 'koa';
import { z } from 'zod';
import { standingInDiagram, standingInThreatModel } from '../../access/standing.ts';
import type { SessionService } from '../../collaboration/sessions.ts';
import { sessionOnWire, type SessionPlace } from '../../collaboration/wire.ts';
import type { Config } from '../../config.ts';
import type { Database } from '../../database/database.ts';
import type { Actor } from '../../identity/person.ts';
import { Refusal } from '../../refusal.ts';
import { addressCalled } from '../server.ts';
import { route, time, type Route } from '../route.ts';
import { diagramParams, ONE_DIAGRAM, placeOf } from './diagrams.ts';
import { threatModelsContract } from './threat-models.ts';

export const participantSchema = z
  .object({
    user_id: z.string(),
    permissions: z.enum(['reader', 'writer']),
    joined_at: time,
    is_host: z.boolean(),
    is_presenter: z.boolean(),
    name: z.string(),
    color: z.string(),
    avatar_url: z.string().nullable(),
  })
  .meta({ id: 'Participant' });

const sessionFields = {
  session_id: z.uuid().nullable(),
  revision: z.int().nullable(),
  threat_model_id: z.uuid(),
  threat_model_name: z.string(),
  diagram_id: z.uuid(),
  diagram_name: z.string(),
  host: z.string().nullable(),
  presenter: z.string().nullable(),
  started_at: time.nullable(),
  participants: z.array(participantSchema),
  document_name: z.string(),
  websocket_url: z.string(),
};
const attendanceSchema = z
  .object({ user_id: z.string(), joined_at: time, left_at: time.nullable() })
  .meta({ id: 'Attendance' });
export const sessionSchema = z
  .object({ ...sessionFields, attendance: z.array(attendanceSchema) })
  .meta({ id: 'Session' });
export const mySessionSchema = z.object(sessionFields).meta({ id: 'MySession' });

export interface CollaborateParts {
  config: Config;
  database: Database;
  sessions: SessionService;
}

interface PlaceRow {
  model: string;
  model_name: string;
  diagram: string;
  diagram_name: string;
}

const PLACE = `select t.id as model, t.name as model_name, d.id as diagram, d.name as diagram_name
  from diagram d join threat_model t on t.id = d.threat_model_id`;

/** Of somebody without a role. */
const OUTSIDER = { reason: 'collaborate' };

export function collaborateRoutes({ config, database, sessions }: CollaborateParts): Route[] {
  const contract = threatModelsContract;
  const path = `${ONE_DIAGRAM}/collaborate`;
  const params = diagramParams;
  const refusals = ['unauthenticated', 'invalid', 'not_found'] as const;
  const ofOwnStatus = [new Refusal('forbidden', OUTSIDER)];

  const toPlace = (row: PlaceRow, context: Context): SessionPlace => {
    const base = (config.publicUrl ?? addressCalled(context)).replace(/^http/, 'ws');
    return {
      threatModel: { id: row.model, name: row.model_name },
      diagram: { id: row.diagram, name: row.diagram_name },
      websocketUrl: `${base}/threat_models/${row.model}/diagrams/${row.diagram}/ws`,
    };
  };

  /** @throws Refusal not_found, or forbidden (here a 401) for somebody without a role */
  const enter = async (actor: Actor, sent: z.output<typeof diagramParams>, context: Context): Promise<SessionPlace> => {
    const { threatModel, diagram } = placeOf(sent);
    const queries = database.queries();
    const [row] = await queries.execute<PlaceRow[]>(`${PLACE} where d.id = ? and t.id = ?`, [diagram, threatModel]);
    const { exists, role } = await standingInDiagram(queries, diagram, actor.id);
    if (row && exists && role) return toPlace(row, context);
    if (row && exists) throw new Refusal('forbidden', OUTSIDER);
    const model = await standingInThreatModel(queries, threatModel, actor.id);
    throw new Refusal('not_found', model.exists ? { reason: 'diagram' } : {});
  };

  return [
    route({
      method: 'get',
      path,
      operationId: 'getSession',
      summary: 'The session; without an active one its values are null and its lists empty',
      contract,
      params,
      answers: { 200: { description: 'The session', schema: sessionSchema } },
      refusals,
      ofOwnStatus,
      handle: async ({ actor, params: sent, context }) => {
        const place = await enter(actor, sent, context);
        return { status: 200, body: sessionOnWire(place, await sessions.find(place.diagram.id)) };
      },
    }),
    route({
      method: 'post',
      path,
      operationId: 'openSession',
      summary: 'Create the session, or find it; whoever creates it hosts it',
      contract,
      params,
      answers: {
        201: { description: 'The session, created', schema: sessionSchema },
        200: { description: 'The session, which was there', schema: sessionSchema },
      },
      refusals: [...refusals, 'removed_from_session'],
      ofOwnStatus,
      audit: { action: 'session.open', container: 'diagram', containerId: 'diagram_id' },
      handle: async ({ actor, params: sent, context, requestId }) => {
        const place = await enter(actor, sent, context);
        const { view, created } = await sessions.open(place.diagram.id, actor, requestId);
        return { status: created ? 201 : 200, body: sessionOnWire(place, view) };
      },
    }),
    route({
      method: 'delete',
      path,
      operationId: 'endSession',
      summary: 'End the session; the host',
      contract,
      params,
      answers: { 204: { description: 'It has ended' } },
      refusals: [...refusals, 'forbidden', 'session_not_found'],
      ofOwnStatus,
      audit: { action: 'session.end', container: 'diagram', containerId: 'diagram_id' },
      handle: async ({ actor, params: sent, context, requestId }) => {
        const place = await enter(actor, sent, context);
        await sessions.end(place.diagram.id, actor, requestId);
        return { status: 204 };
      },
    }),
    route({
      method: 'get',
      path: '/me/sessions',
      operationId: 'listMySessions',
      summary: 'Active sessions on diagrams that the caller may read',
      contract,
      answers: { 200: { description: 'The sessions', schema: z.object({ data: z.array(mySessionSchema) }) } },
      refusals: ['unauthenticated'],
      handle: async ({ actor, context }) => {
        const rows = await database.asPerson(actor, (em) =>
          em.execute<PlaceRow[]>(
            `${PLACE} join collaboration_session s on s.diagram_id = d.id and s.ended_at is null
             where t.id in (select threat_models_of(current_person())) order by s.started_at, s.id`,
          ),
        );
        const views = new Map(
          (await sessions.activeOn(rows.map((row) => row.diagram))).map((view) => [view.diagram, view]),
        );
        const data = rows.flatMap((row) => {
          const view = views.get(row.diagram);
          if (!view) return [];
          const { attendance: _attendance, ...session } = sessionOnWire(toPlace(row, context), view);
          return [session];
        });
        return { status: 200, body: { data } };
      },
    }),
  ];
}
