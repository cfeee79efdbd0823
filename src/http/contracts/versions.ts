/** The versions of a diagram: kept by themselves and by name, read, and restored as an edit like any other (DO6). */
import { z } from 'zod';
import type { Diagrams } from '../../documents/diagrams.ts';
import type { Version, Versions } from '../../documents/versions.ts';
import type { Actor } from '../../identity/person.ts';
import { cut, list, pageQuery, timeKey, toPage } from '../page.ts';
import { name, onWire, route, time, uuid, type Route } from '../route.ts';
import { granted, tagged, withCells } from './content.ts';
import { diagramParams, ONE_DIAGRAM, placeOf } from './diagrams.ts';
import { threatModelsContract } from './threat-models.ts';

const versionFields = {
  id: z.uuid(),
  diagram_id: z.uuid(),
  name: z.string().nullable().describe('null for a version that was kept by itself'),
  kind: z.enum(['automatic', 'named']),
  author: z.string().nullable().describe('The email of whoever named it'),
  head: z.int().describe('The head of the log that it is the state at'),
  created_at: time,
};
export const versionSchema = z.object(versionFields).meta({ id: 'Version' });
export const versionContentSchema = z
  .object({ ...versionFields, cells: z.array(z.looseObject({ id: z.string() })) })
  .meta({ id: 'VersionContent' });

const versionOnWire = (diagram: string, version: Version) => ({
  id: version.id,
  diagram_id: diagram,
  name: version.name,
  kind: version.kind,
  author: version.author?.email ?? null,
  head: version.seq,
  created_at: onWire(version.at),
});

const about = { container: 'diagram', containerId: 'diagram_id' };
const audit = {
  keep: { action: 'diagram.version.keep', ...about },
  restore: { action: 'diagram.version.restore', ...about },
};

const one = z.object({ ...diagramParams.shape, version_id: uuid });
const refusals = ['unauthenticated', 'invalid', 'not_found', 'forbidden'] as const;

export function versionRoutes({ diagrams, versions }: { diagrams: Diagrams; versions: Versions }): Route[] {
  const contract = threatModelsContract;
  const path = `${ONE_DIAGRAM}/versions`;
  /** @throws Refusal not_found, forbidden to whoever may not read the diagram */
  const enter = (actor: Actor, params: z.output<typeof diagramParams>) => diagrams.read(actor, placeOf(params));
  return [
    route({
      method: 'get',
      path,
      operationId: 'listVersions',
      summary: 'The versions, newest first; readers',
      contract,
      params: diagramParams,
      query: pageQuery(timeKey, z.uuid()),
      answers: { 200: { description: 'A page of versions', schema: list(versionSchema) } },
      refusals,
      handle: async ({ actor, params, query }) => {
        await enter(actor, params);
        const page = toPage(query);
        const found = await versions.list(params.diagram_id, page);
        const { rows, nextCursor } = cut(found, page, (version) => [version.at.toISOString(), version.id]);
        const data = rows.map((version) => versionOnWire(params.diagram_id, version));
        return { status: 200, body: { data, next_cursor: nextCursor } };
      },
    }),
    route({
      method: 'post',
      path,
      operationId: 'keepVersion',
      summary: 'Keep the state as it is now under a name; writers',
      contract,
      params: diagramParams,
      body: z.strictObject({ name }),
      example: { name: 'Before the review' },
      answers: { 201: { description: 'The version', schema: versionSchema } },
      refusals,
      audit: audit.keep,
      handle: async ({ actor, params, body, requestId }) => {
        await enter(actor, params);
        const audited = granted(audit.keep, params, requestId);
        const version = await versions.keep(params.diagram_id, actor.id, body.name, audited);
        return { status: 201, body: versionOnWire(params.diagram_id, version) };
      },
    }),
    route({
      method: 'get',
      path: `${path}/:version_id`,
      operationId: 'getVersion',
      summary: 'A version with its content; readers',
      contract,
      params: one,
      answers: { 200: { description: 'The version', schema: versionContentSchema } },
      refusals,
      handle: async ({ actor, params }) => {
        await enter(actor, params);
        const version = await versions.read(params.diagram_id, params.version_id);
        const body = withCells(versionOnWire(params.diagram_id, version), version.cells);
        return { status: 200, body, contentType: 'application/json' };
      },
    }),
    route({
      method: 'post',
      path: `${path}/:version_id/restore`,
      operationId: 'restoreVersion',
      summary: 'Make the content equal to a version, in one edit; writers',
      contract,
      params: one,
      answers: {
        200: {
          description: 'The head with the edit in it, once it is durable',
          schema: z.object({ head: z.int() }).meta({ id: 'Restored' }),
          headers: tagged,
        },
      },
      refusals,
      audit: audit.restore,
      handle: async ({ actor, params, requestId }) => {
        await enter(actor, params);
        const { diagram_id: diagram, version_id: version } = params;
        const audited = { ...granted(audit.restore, params, requestId), details: { version } };
        const { head } = await versions.restore(diagram, actor.id, version, audited);
        return { status: 200, body: { head }, headers: { ETag: `"${head}"` } };
      },
    }),
  ];
}
