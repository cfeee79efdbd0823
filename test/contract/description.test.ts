/** `/openapi.json` describes every route of the router, as a whole, with examples that its own schemas accept. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { statuses } from '../../src/http/contract.ts';
import type { RefusalCode } from '../../src/refusal.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { call } from '../support/client.ts';

interface Described {
  content: Record<string, { schema: object }>;
}

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security: unknown[];
  parameters?: { name: string; in: string; required?: boolean; schema: object }[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<
    string,
    { description: string; content?: Record<string, { schema: unknown }>; headers?: Record<string, unknown> }
  >;
}

let app: TestApp;
let description: {
  openapi: string;
  info: { version: string };
  servers?: unknown;
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
};

beforeAll(async () => {
  app = await startApp();
  description = (await call(app.url, 'GET', '/openapi.json')).body;
});
afterAll(() => app.stop());

const operations = () =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
const operationOf = (id: string) => operations().find(({ operation }) => operation.operationId === id)!.operation;

describe('CO1 the description', () => {
  it('is OpenAPI 3.1 and names every route of the router, and no other', () => {
    expect(description.openapi).toMatch(/^3\.1\./);
    const described = operations().map(({ method, path, operation }) => `${method} ${path} ${operation.operationId}`);
    const routed = app.routes.map(
      ({ method, path, operationId }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')} ${operationId}`,
    );
    expect(described.sort()).toEqual(routed.sort());
  });

  it('gives every operation a name of its own, a summary, and says whether it asks for a token', () => {
    const names = operations().map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const route of app.routes) {
      const operation = operationOf(route.operationId);
      expect(operation.summary).toMatch(/\S/);
      expect(operation.security).toEqual(route.authenticated === false ? [] : [{ bearer: [] }]);
    }
  });

  it('describes every parameter of a path', () => {
    for (const { path, operation } of operations()) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const described = (operation.parameters ?? [])
        .filter((parameter) => parameter.in === 'path')
        .map(({ name }) => name);
      expect(described.sort()).toEqual(inPath.sort());
    }
  });

  it('describes every answer, every refusal and the problem that it is', () => {
    for (const route of app.routes) {
      const { responses } = operationOf(route.operationId);
      for (const [status, { schema, contentType = 'application/json', bytes }] of Object.entries(route.answers)) {
        expect(responses[status]).toBeDefined();
        const id = schema?.meta()?.id;
        if (id !== undefined)
          expect(responses[status]!.content?.[contentType]?.schema).toEqual({ $ref: `#/components/schemas/${id}` });
        if (bytes !== undefined) expect(responses[status]!.content).toHaveProperty([bytes]);
      }
      for (const code of route.refusals) {
        const response = responses[String(statuses[code as RefusalCode])]!;
        expect(response.description).toContain(code);
        expect(response.content?.['application/problem+json']?.schema).toEqual({
          $ref: '#/components/schemas/Problem',
        });
      }
    }
  });

  it('describes what a node that is not ready answers, and both forms of content', () => {
    const contentTypes = (id: string, status: string) => Object.keys(operationOf(id).responses[status]!.content!);
    expect(contentTypes('isReady', '503')).toEqual(['application/json', 'application/problem+json']);
    expect(contentTypes('getContent', '200')).toEqual(['application/json', 'application/octet-stream']);
  });

  it('describes the entity tags of content: what goes by them, and what tells them', () => {
    const inHeader = (id: string) =>
      operationOf(id).parameters!.filter((parameter) => parameter.in === 'header' && !parameter.required);
    expect(inHeader('getContent').map(({ name }) => name)).toEqual(['If-None-Match']);
    expect(inHeader('replaceContent').map(({ name }) => name)).toEqual(['If-Match']);
    for (const id of ['getContent', 'replaceContent', 'submitUpdate', 'restoreVersion'])
      expect(operationOf(id).responses['200']!.headers).toHaveProperty('ETag');
    expect(operationOf('getContent').responses['304']!.headers).toHaveProperty('ETag');
    expect(operationOf('replaceContent').responses).toHaveProperty('412');
  });

  it('names no rate limit where none is', () => {
    const limited = operations().filter(({ operation }) => operation.responses['429']);
    expect(limited.map(({ operation }) => operation.operationId).sort()).toEqual(
      app.routes
        .filter(({ unlimited }) => !unlimited)
        .map(({ operationId }) => operationId)
        .sort(),
    );
  });

  it('has the version of the package', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(description.info.version).toBe(version);
  });

  it('points nowhere into the void', () => {
    const references = [...JSON.stringify(description).matchAll(/"\$ref":"#\/components\/(\w+)\/([\w.-]+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    for (const [, section, name] of references) expect(description.components[section!]).toHaveProperty(name!);
  });

  it('says where the API is, if that is configured', async () => {
    expect(description.servers).toBeUndefined();
    const elsewhere = await startApp({ environment: { PUBLIC_URL: 'https://roundtable.example/' } });
    try {
      expect((await call(elsewhere.url, 'GET', '/openapi.json')).body.servers).toEqual([
        { url: 'https://roundtable.example' },
      ]);
    } finally {
      await elsewhere.stop();
    }
  });
});

describe('CO1 what is taken is described as taken, and what is not as not', () => {
  const { ulid, uuid } = { ulid: '01KAJ3Q0W5F0ZB8T8H7R6S5N4M', uuid: '019aa438-fd1a-7b2e-8f3c-4d5e6f708192' };
  const inJson = (of: unknown) => (of as Described).content['application/json']!.schema;
  const body = (id: string) => () => inJson(operationOf(id).requestBody);
  const parameter = (id: string, name: string) => () =>
    operationOf(id).parameters!.find((one) => one.name === name)!.schema;

  it.each<[string, () => object, unknown[], unknown[]]>([
    [
      'times of the audit trail',
      parameter('listAuditEvents', 'from'),
      ['2026-01-01', '2026-01-01T10:00:00+02:00'],
      ['yesterday', '2026-13-01'],
    ],
    ['limits', parameter('listWorkspaces', 'limit'), ['1', '50', '007', '100'], ['0', '000', '101', '-1', '', '0001']],
    [
      'UUIDs',
      parameter('listWorkspaceMembers', 'workspace_id'),
      [uuid, uuid.toUpperCase()],
      [ulid, uuid.replace('-', '')],
    ],
    [
      'ULIDs',
      body('addGroupMember'),
      [ulid, ulid.toLowerCase()].map((user_id) => ({ user_id })),
      [uuid, ulid.replace('0', 'U'), ulid.replace('0', 'u')].map((user_id) => ({ user_id })),
    ],
    [
      'requests of GraphQL',
      body('graphql'),
      [{ query: '{me{id}}' }, [{ query: '{me{id}}', variables: null }, { query: '{me{id}}' }]],
      [{}, [], Array.from({ length: 6 }, () => ({ query: '{me{id}}' }))],
    ],
    [
      'answers of GraphQL',
      () => inJson(operationOf('graphql').responses['200']),
      [{ data: { me: null } }, [{ data: null, errors: [] }]],
      [7, [7]],
    ],
  ])('%s', (_, schema, taken, refused) => {
    const { $defs, ...rest } = JSON.parse(
      JSON.stringify({ $defs: description.components.schemas, ...schema() }).replaceAll(
        '#/components/schemas/',
        '#/$defs/',
      ),
    );
    const judge = z.fromJSONSchema({ $schema: 'https://json-schema.org/draft/2020-12/schema', $defs, ...rest });
    for (const value of taken) expect(judge.safeParse(value), JSON.stringify(value)).toMatchObject({ success: true });
    if ('anyOf' in rest) expect(rest).not.toHaveProperty('format'); // it would hold for each, of which zod knows nothing
    for (const value of refused) expect(judge.safeParse(value).success, JSON.stringify(value)).toBe(false);
  });
});

describe('CO1 examples', () => {
  it('of bodies are there, and pass the validation of their route', () => {
    for (const route of app.routes.filter(({ body }) => body)) {
      expect([route.operationId, route.body!.safeParse(route.example).error]).toEqual([route.operationId, undefined]);
    }
  });

  it('of answers have the shape that is described', () => {
    for (const route of app.routes) {
      for (const { schema, example } of Object.values(route.answers)) {
        if (schema && example !== undefined)
          expect([route.operationId, schema.safeParse(example).error]).toEqual([route.operationId, undefined]);
      }
    }
  });
});
