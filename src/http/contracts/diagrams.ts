/** The diagrams of a threat model, as entries; their content is in `content.ts`. */
import { z } from 'zod';
import type { Diagrams, DiagramView } from '../../documents/diagrams.ts';
import { cut, list, pageQuery, toPage } from '../page.ts';
import { name, onWire, route, time, uuid, type Route } from '../route.ts';
import { threatModelsContract } from './threat-models.ts';

export const diagramSchema = z
  .object({
    id: z.uuid(),
    threat_model_id: z.uuid(),
    name: z.string(),
    created_at: time,
    updated_at: time,
    head: z.int(),
  })
  .meta({ id: 'Diagram' });

const diagramOnWire = (view: DiagramView) => ({
  id: view.id,
  threat_model_id: view.threatModel,
  name: view.name,
  created_at: onWire(view.createdAt),
  updated_at: onWire(view.updatedAt),
  head: view.head,
});

const all = z.object({ threat_model_id: uuid });
export const diagramParams = z.object({ threat_model_id: uuid, diagram_id: uuid });
export const placeOf = (params: z.output<typeof diagramParams>) => ({
  threatModel: params.threat_model_id,
  diagram: params.diagram_id,
});

const ALL = '/threat_models/:threat_model_id/diagrams';
export const ONE_DIAGRAM = `${ALL}/:diagram_id`;

export function diagramRoutes({ diagrams }: { diagrams: Diagrams }): Route[] {
  const contract = threatModelsContract;
  return [
    route({
      method: 'post',
      path: ALL,
      operationId: 'createDiagram',
      summary: 'Make an empty diagram; writers',
      contract,
      params: all,
      body: z.strictObject({ name }),
      example: { name: 'Data flow' },
      answers: { 201: { description: 'The diagram', schema: diagramSchema } },
      refusals: ['unauthenticated', 'invalid', 'not_found', 'forbidden'],
      audit: { action: 'diagram.create', container: 'threat_model' },
      handle: async ({ actor, params, body, requestId }) => ({
        status: 201,
        body: diagramOnWire(await diagrams.create(actor, params.threat_model_id, body.name, requestId)),
      }),
    }),
    route({
      method: 'get',
      path: ALL,
      operationId: 'listDiagrams',
      summary: 'The diagrams, in the order in which they were made',
      contract,
      params: all,
      query: pageQuery(z.uuid()),
      answers: { 200: { description: 'A page of diagrams', schema: list(diagramSchema) } },
      refusals: ['unauthenticated', 'invalid', 'not_found', 'forbidden'],
      handle: async ({ actor, params, query }) => {
        const page = toPage(query);
        const { rows, nextCursor } = cut(await diagrams.list(actor, params.threat_model_id, page), page, (row) => [
          row.id,
        ]);
        return { status: 200, body: { data: rows.map(diagramOnWire), next_cursor: nextCursor } };
      },
    }),
    route({
      method: 'get',
      path: ONE_DIAGRAM,
      operationId: 'getDiagram',
      summary: 'A diagram',
      contract,
      params: diagramParams,
      answers: { 200: { description: 'The diagram', schema: diagramSchema } },
      refusals: ['unauthenticated', 'invalid', 'not_found', 'forbidden'],
      handle: async ({ actor, params }) => ({
        status: 200,
        body: diagramOnWire(await diagrams.read(actor, placeOf(params))),
      }),
    }),
    route({
      method: 'patch',
      path: ONE_DIAGRAM,
      operationId: 'renameDiagram',
      summary: 'Rename it; writers',
      contract,
      params: diagramParams,
      body: z.strictObject({ name }),
      example: { name: 'Data flow, second draft' },
      answers: { 200: { description: 'The diagram', schema: diagramSchema } },
      refusals: ['unauthenticated', 'invalid', 'not_found', 'forbidden'],
      audit: { action: 'diagram.rename', container: 'diagram', containerId: 'diagram_id' },
      handle: async ({ actor, params, body, requestId }) => ({
        status: 200,
        body: diagramOnWire(await diagrams.rename(actor, placeOf(params), body.name, requestId)),
      }),
    }),
    route({
      method: 'delete',
      path: ONE_DIAGRAM,
      operationId: 'deleteDiagram',
      summary: 'Delete it; owners, not while a session is active',
      contract,
      params: diagramParams,
      answers: { 204: { description: 'It is gone' } },
      refusals: ['unauthenticated', 'invalid', 'not_found', 'forbidden', 'conflict'],
      audit: { action: 'diagram.delete', container: 'diagram', containerId: 'diagram_id' },
      handle: async ({ actor, params, requestId }) => {
        await diagrams.remove(actor, placeOf(params), requestId);
        return { status: 204 };
      },
    }),
  ];
}
