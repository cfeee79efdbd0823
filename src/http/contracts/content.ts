/**
 * The content of a diagram over REST: as JSON and as Yjs state, and edits that go through the same log as everybody's.
 * The entity tag is the head of the log. Content that could only be read in part is served, and said to be that (DO5).
 */
import type { Context } from 'koa';
import { z } from 'zod';
import type { Diagrams } from '../../documents/diagrams.ts';
import { replacementSchema } from '../../documents/diagram.ts';
import type { DocumentStore } from '../../documents/document-store.ts';
import { shareable } from '../../documents/pieces.ts';
import type { Audited } from '../../documents/writing.ts';
import { Refusal } from '../../refusal.ts';
import { route, type Answer, type Route } from '../route.ts';
import { diagramParams, ONE_DIAGRAM, placeOf } from './diagrams.ts';
import { threatModelsContract } from './threat-models.ts';

const BYTES = 'application/octet-stream';

export const contentSchema = z
  .object({
    head: z.int(),
    cells: z.array(z.looseObject({ id: z.string() })).describe('In order of z, then id'),
  })
  .meta({ id: 'Content' });
const headSchema = z.object({ head: z.int() }).meta({ id: 'Head' });
export const tagged = z.object({ ETag: z.string().describe('The head in quotes') });
const tags = z.string().optional();
const durable = {
  description: 'The head with the edit in it, once it is durable',
  schema: headSchema,
  headers: tagged,
};

const example = {
  cells: [
    { id: 'user', shape: 'actor', x: 40, y: 80, width: 120, height: 60, label: 'Customer', z: 1 },
    { id: 'shop', shape: 'process', x: 280, y: 80, width: 120, height: 60, label: 'Shop', z: 2 },
    { id: 'order', shape: 'flow', source: { cell: 'user' }, target: { cell: 'shop' }, label: 'order', z: 3 },
  ],
};

const refusals = ['unauthenticated', 'invalid', 'not_found', 'forbidden'] as const;

export interface ContentParts {
  diagrams: Diagrams;
  documents: DocumentStore;
  maxDocumentBytes: number;
}

export function contentRoutes({ diagrams, documents, maxDocumentBytes }: ContentParts): Route[] {
  const contract = threatModelsContract;
  const path = `${ONE_DIAGRAM}/content`;
  return [
    route({
      method: 'get',
      path,
      operationId: 'getContent',
      summary: 'The cells as JSON, or the Yjs state to whoever accepts bytes; readers',
      contract,
      params: diagramParams,
      headers: z.object({ 'If-None-Match': tags.describe('The tags of what the caller has: 304 if it still is that') }),
      answers: {
        200: {
          headers: tagged,
          description: 'The content; with `application/octet-stream` the Yjs state',
          schema: contentSchema,
          bytes: BYTES,
          example: { head: 7, ...example },
        },
        304: { description: 'It still is what the caller has', headers: tagged },
      },
      refusals,
      handle: async ({ actor, params, context }) => {
        await diagrams.read(actor, placeOf(params));
        const form = context.accepts('json', BYTES) === BYTES ? 'state' : 'cells';
        const content = await documents.content(params.diagram_id, form);
        if (!content) throw new Refusal('not_found', { reason: 'diagram' });
        const headers = {
          ETag: `"${content.head}"`,
          // Both forms have this tag, so a browser that keeps one would take it for the other, whatever `Vary` says.
          'Cache-Control': 'no-store',
          Vary: 'Accept',
          ...(!content.current && { Warning: '110 - "the newest readable snapshot"' }),
        };
        const { buffer, byteOffset, byteLength } = content.bytes;
        const bytes = Buffer.from(buffer, byteOffset, byteLength);
        if (form === 'state') return { status: 200, body: bytes, contentType: BYTES, headers };
        return {
          status: 200,
          body: withCells({ head: content.head }, bytes),
          contentType: 'application/json',
          headers,
        };
      },
    }),
    route({
      method: 'put',
      path,
      operationId: 'replaceContent',
      summary: 'Make the content equal to a list, in one edit; writers',
      contract,
      params: diagramParams,
      headers: z.object({ 'If-Match': tags.describe('The tag of what the author has seen: 412 if it is another now') }),
      body: replacementSchema,
      unparsed: true,
      jsonLimit: maxDocumentBytes,
      example,
      answers: { 200: durable },
      refusals: [...refusals, 'precondition_failed'],
      audit: audit.replace,
      handle: async ({ actor, params, body, context, requestId }) => {
        const wanted = { body: shareable(body as unknown as Uint8Array) }; // the thread reads it twice
        await documents.check(wanted);
        await diagrams.read(actor, placeOf(params));
        const audited = granted(audit.replace, params, requestId);
        return headed(await documents.replace(params.diagram_id, actor.id, wanted, ifMatch(context), audited));
      },
    }),
    route({
      method: 'post',
      path: `${ONE_DIAGRAM}/updates`,
      operationId: 'submitUpdate',
      summary: 'Store a Yjs update; writers; open editors see it',
      contract,
      params: diagramParams,
      bytes: { contentType: BYTES, limit: maxDocumentBytes },
      answers: { 200: durable },
      refusals,
      audit: audit.submit,
      handle: async ({ actor, params, body, requestId }) => {
        const update = body as unknown as Uint8Array;
        await documents.check({ update });
        await diagrams.read(actor, placeOf(params));
        const audited = granted(audit.submit, params, requestId);
        return headed(await documents.submit(params.diagram_id, actor.id, update, audited));
      },
    }),
  ];
}

const about = { container: 'diagram', containerId: 'diagram_id' };
const audit = {
  replace: { action: 'diagram.content.replace', ...about },
  submit: { action: 'diagram.content.submit', ...about },
};

/** What the audit trail says of a write to a diagram, where a refusal would be said to be of the same. */
export function granted(
  { action }: { action: string },
  params: z.output<typeof diagramParams>,
  requestId: string,
): NonNullable<Audited> {
  return { action, container: `diagram:${params.diagram_id}`, requestId };
}

/** A JSON object that has a list of cells as its last member, which is JSON already. */
export function withCells(rest: object, cells: Uint8Array): Buffer {
  const before = JSON.stringify(rest).slice(0, -1);
  return Buffer.concat([Buffer.from(`${before},"cells":`), cells, Buffer.from('}')]);
}

const headed = ({ head }: { head: number }): Answer => ({
  status: 200,
  body: { head },
  headers: { ETag: `"${head}"` },
});

/**
 * The head that the author has seen; of several the newest, as heads only grow. A weak tag and one that is none of ours
 * match nothing (RFC 9110, 13.1.1).
 */
function ifMatch(context: Context): number | null {
  const sent = context.get('If-Match').trim();
  if (sent === '' || sent === '*') return null;
  const heads = sent.split(',').map((tag) => Number(/^\s*"(\d{1,15})"\s*$/.exec(tag)?.[1] ?? -1));
  return Math.max(...heads);
}
