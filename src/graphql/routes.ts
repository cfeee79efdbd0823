/**
 * `/graphql`: a route like any other, so that who is calling, how much they may send and what is written of it is
 * decided where it is for REST. In `dev` a browser gets GraphiQL there, from local files.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { toRefusal } from '../http/boundary.ts';
import { groupsContract } from '../http/contracts/groups.ts';
import { speak } from '../http/language.ts';
import type { RequestLimits } from '../http/limits.ts';
import { route, type Route } from '../http/route.ts';
import { createCaller, type CallerParts } from './caller.ts';
import { createExecution } from './execution.ts';
import { MOST_TOGETHER } from './limits.ts';
import { fieldsOf, triedIn } from './unexecuted.ts';
import { createSchema, type SchemaParts } from './schema.ts';

/** For the description only: what is wrong with an operation is said in GraphQL's own way. */
const single = {
  type: 'object' as const,
  required: ['query'],
  properties: {
    query: { type: 'string' as const },
    variables: { type: ['object', 'null'] as ('object' | 'null')[] },
    operationName: { type: ['string', 'null'] as ('string' | 'null')[] },
  },
};
const operation = z.unknown().meta({
  id: 'GraphQLRequest',
  override: {
    anyOf: [single, { type: 'array', items: single, minItems: 1, maxItems: MOST_TOGETHER }],
    description: `An operation; a list of up to ${MOST_TOGETHER} of them is answered with a list. Lists that are longer than 4 million characters together are refused (\`payload_too_large\`).`,
  },
});
const result = z
  .object({
    data: z.record(z.string(), z.unknown()).nullable().optional(),
    errors: z
      .array(z.looseObject({ message: z.string(), extensions: z.looseObject({ code: z.string() }) }))
      .optional()
      .describe("`extensions.code` is the refusal's code"),
  })
  .meta({ id: 'GraphQLResult' });

const example = {
  query: 'mutation ($group: ID!, $user: ID!) { addGroupMember(groupId: $group, userId: $user) { userId email } }',
  variables: { group: '01KAJ3Q0W5F0ZB8T8H7R6S5N4M', user: '01KAJ3PZ9D6YV2K4C1X0M8G7QA' },
};

export interface GraphqlParts extends SchemaParts, CallerParts {
  config: Pick<Config, 'mode' | 'graphqlIntrospection'>;
  limits: Pick<RequestLimits, 'ofPerson'>;
}

export function graphqlRoutes({ config, limits, groups, roster, attempts, logger }: GraphqlParts): Route[] {
  const execution = createExecution(createSchema({ groups, roster }), { introspection: config.graphqlIntrospection });
  const contract = groupsContract;
  const execute = route({
    method: 'post',
    path: '/graphql',
    operationId: 'graphql',
    summary: 'Groups and their members over GraphQL; `src/graphql/schema.graphql` is the schema',
    contract,
    body: operation,
    example,
    answers: {
      200: {
        description: 'What was asked for, and what was refused',
        schema: z.union([result, z.array(result)]),
        example: { data: { addGroupMember: { userId: example.variables.user, email: 'grace@example.com' } } },
      },
    },
    refusals: ['unauthenticated', 'invalid'],
    handle: async ({ actor, requestId, body, context }) => {
      const caller = createCaller({ attempts, logger }, { actor, requestId, language: speak(context, contract) });
      const more = fieldsOf(body) - 1; // the request itself is counted
      if (more > 0) {
        await limits.ofPerson(context, actor, more).catch(async (error: unknown) => {
          for (const tried of triedIn(body)) await caller.refused(tried, toRefusal(error));
          throw error;
        });
      }
      return { status: 200, body: await execution.run(body, caller), contentType: 'application/json' };
    },
  });
  if (config.mode !== 'dev') return [execute];
  let page: Promise<{ html: string; policy: string }> | undefined;
  const graphiql = route({
    method: 'get',
    path: '/graphql',
    operationId: 'graphiql',
    summary: 'GraphiQL for a browser; exists in `roundtable dev` only',
    contract,
    authenticated: false,
    answers: { 200: { description: 'A page', contentType: 'text/html' } },
    refusals: [],
    handle: async () => {
      const { html, policy } = await (page ??= graphiqlPage());
      const headers = { 'Content-Security-Policy': policy, 'Cache-Control': 'no-cache' };
      return { status: 200, body: html, contentType: 'text/html; charset=utf-8', headers };
    },
  });
  return [execute, graphiql];
}

/** The page brings everything with it; it may load nothing, and talk to this server only. */
async function graphiqlPage(): Promise<{ html: string; policy: string }> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'Roundtable GraphQL',
    endpoint: '/graphql',
    headers: JSON.stringify({ Authorization: 'Bearer (a token of POST /dev/login)' }, null, 2),
    shouldPersistHeaders: false,
    defaultQuery: '{\n  me {\n    ulid\n    email\n  }\n  groups {\n    id\n    name\n  }\n}\n',
  });
  const script = html.slice(html.indexOf('<script>') + '<script>'.length, html.lastIndexOf('</script>'));
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = [
    `default-src 'none'`,
    `script-src 'sha256-${hash}' blob:`,
    `worker-src blob:`,
    `style-src 'unsafe-inline'`,
    `img-src data:`,
    `font-src data:`,
    `connect-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
  return { html, policy };
}
