/** `/openapi.json`: the description of the API, made from the same routes and schemas that serve and validate. */
import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import { Refusal, refusalCodes } from '../refusal.ts';
import { statusOf } from './contract.ts';
import type { Route } from './route.ts';

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(refusalCodes),
    error: z.string().describe('What the clients of this API read'),
    message: z.string().describe('The sentence for people, in Polish or English'),
    detail: z.string(),
    field: z.string().optional(),
    details: z.record(z.string(), z.array(z.string())).optional(),
    request_id: z.string(),
  })
  .meta({ id: 'Problem' });

/** Refusals that a call may meet besides its own: of its body, also where none is wanted, and any call. */
const besides = ({ method, unlimited }: Route) => [
  ...(method === 'get' ? [] : (['payload_too_large', 'unsupported_media_type'] as const)),
  ...(unlimited ? [] : (['rate_limited'] as const)),
  ...(['unavailable', 'internal'] as const),
];

const binary = { type: 'string' as const, format: 'binary' };

/** @param serverUrl the address clients see, if it is configured */
export function describeApi(routes: readonly Route[], serverUrl: string | null): unknown {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method] = operation(route);
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Roundtable',
      version: '0.1.0', // the package's
      description:
        'Membership and collaboration sessions for real-time diagram editors. Live traffic goes over WebSocket (Hocuspocus protocol, version 4).',
    },
    ...(serverUrl !== null && { servers: [{ url: serverUrl }] }),
    paths: paths as ZodOpenApiPathsObject,
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
  });
}

function operation(route: Route): ZodOpenApiOperationObject {
  const hasBody = route.body !== undefined || route.bytes !== undefined;
  const content = route.bytes
    ? { [route.bytes.contentType]: { schema: binary } }
    : {
        'application/json': {
          schema: route.body as z.ZodType,
          ...(route.example !== undefined && { example: route.example }),
        },
      };
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.contract.name],
    security: route.authenticated === false ? [] : [{ bearer: [] }],
    requestParams: {
      ...(route.params && { path: route.params as z.ZodObject }),
      ...(route.query && { query: route.query as z.ZodObject }),
      ...(route.headers && { header: route.headers }),
    },
    ...(hasBody && { requestBody: { required: true, content } }),
    responses: merged(answers(route), refusals(route)),
  };
}

type Responses = Record<string, ZodOpenApiResponseObject>;

/** Of a status that is an answer and a refusal both are described. */
function merged(answered: Responses, refused: Responses): Responses {
  const both = Object.entries(refused).map(([status, refusal]): [string, ZodOpenApiResponseObject] => {
    const answer = answered[status];
    if (!answer) return [status, refusal];
    const description = `${answer.description}; ${refusal.description}`;
    return [status, { description, content: { ...answer.content, ...refusal.content } }];
  });
  return { ...answered, ...Object.fromEntries(both) };
}

function answers(route: Route): Responses {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, { description, schema, contentType, example, bytes, headers }]) => {
      const media = schema
        ? { schema, ...(example !== undefined && { example }) }
        : { schema: { type: 'string' as const } };
      return [
        status,
        {
          description,
          ...(headers && { headers }),
          ...((schema || contentType) && {
            content: { [contentType ?? 'application/json']: media, ...(bytes && { [bytes]: { schema: binary } }) },
          }),
        },
      ];
    }),
  );
}

function refusals(route: Route): Responses {
  const codes = [...new Set([...route.refusals, ...besides(route)])];
  const all = [...codes.map((code) => new Refusal(code)), ...(route.ofOwnStatus ?? [])];
  const byStatus = Map.groupBy(all, (refusal) => String(statusOf(route.contract, refusal)));
  return Object.fromEntries(
    [...byStatus].map(([status, refused]) => [
      status,
      {
        description: refused.map(({ code }) => code).join(', '),
        content: {
          'application/problem+json': {
            schema: problemSchema,
            example: {
              code: refused[0]!.code,
              status: Number(status),
              message: route.contract.sentences[refused[0]!.code][route.contract.language],
            },
          },
        },
      },
    ]),
  );
}
