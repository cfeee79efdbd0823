/**
 * Keeps book of what the API has answered: which operation, and how it came out (a status, or the code of a refusal).
 * Each answer is held against `/openapi.json` as it comes in, a refusal by its status and its code; at the end the book
 * says what is missing.
 */
import { expect } from 'vitest';
import type { Route } from '../../src/http/route.ts';
import { refusalCodes, type RefusalCode } from '../../src/refusal.ts';
import { call, type Answered, type CallOptions } from '../support/client.ts';

/** Refusals that any call may meet; other tests provoke them. */
const ANYWHERE: readonly string[] = ['rate_limited', 'unavailable', 'internal'];

export interface Ledger {
  /** Makes a call and enters how it came out. */
  ask(url: string, token: string | null, method: string, path: string, options?: CallOptions): Promise<Answered>;
  /** What is described and was not seen: `operation outcome`. */
  missing(): string[];
}

/** What `/openapi.json` says of the answers of one operation. */
type Responses = Record<string, { description: string; content?: Record<string, unknown> }>;

export interface Description {
  paths: Record<string, Record<string, { responses: Responses }>>;
}

/** The refusals that are described for each status. */
const refusalsIn = (responses: Responses) =>
  Object.entries(responses).flatMap(([status, { description, content }]) =>
    content?.['application/problem+json']
      ? description
          .split(/[;,] /)
          .filter(isCode)
          .map((code) => ({ status: Number(status), code }))
      : [],
  );
const isCode = (word: string): word is RefusalCode => (refusalCodes as readonly string[]).includes(word);

/** Everything that a route says it may answer, apart from what is not a 2xx and not its own refusal. */
function outcomesOf(route: Route, responses: Responses): string[] {
  const answers = Object.keys(route.answers).filter((status) => status.startsWith('2'));
  const refusals = refusalsIn(responses).filter(({ code }) => !ANYWHERE.includes(code));
  return [...answers, ...refusals.map(({ status, code }) => `${status} ${code}`)];
}

/** @param description `/openapi.json` */
export function createLedger(routes: readonly Route[], { paths }: Description): Ledger {
  const responsesOf = ({ path, method }: Route) => paths[path.replaceAll(/:(\w+)/g, '{$1}')]![method]!.responses;
  const seen = new Set<string>();
  const patterns = routes.map((route) => ({
    route,
    pattern: new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+')}$`),
  }));
  const routeOf = (method: string, path: string) =>
    patterns.find(({ route, pattern }) => route.method === method.toLowerCase() && pattern.test(path.split('?')[0]!))
      ?.route;

  return {
    async ask(url, token, method, path, options = {}) {
      const headers = { ...(token !== null && { authorization: `Bearer ${token}` }), ...options.headers };
      const answered = await call(url, method, path, { ...options, headers });
      const route = routeOf(method, path);
      expect(route, `${method} ${path} has a route`).toBeDefined();
      if (answered.headers.get('content-type')?.startsWith('application/problem+json')) {
        expectProblem(route!, responsesOf(route!), answered);
        seen.add(`${route!.operationId} ${answered.status} ${answered.body.code}`);
      } else {
        expectAnswer(route!, answered);
        seen.add(`${route!.operationId} ${answered.status}`);
      }
      return answered;
    },
    missing: () =>
      routes
        .flatMap((route) => outcomesOf(route, responsesOf(route)).map((outcome) => `${route.operationId} ${outcome}`))
        .filter((entry) => !seen.has(entry)),
  };
}

/** A success is one that is described, and has exactly the members that its schema has. */
function expectAnswer(route: Route, { status, headers, body }: Answered): void {
  const described = route.answers[status];
  expect(described, `${route.operationId} describes ${status}`).toBeDefined();
  if (described!.schema && headers.get('content-type')?.startsWith('application/json')) {
    const parsed = described!.schema.safeParse(body);
    expect([route.operationId, parsed.error?.issues ?? []]).toEqual([route.operationId, []]);
    expect(parsed.data).toEqual(body);
  } else if (!described!.schema && !described!.contentType) expect(body).toBe('');
}

/** A refusal is a problem in the words of the route's API, with a code that is described for its status. */
function expectProblem(route: Route, responses: Responses, { status, headers, body }: Answered): void {
  const code = body.code as RefusalCode;
  const { contract } = route;
  const language = headers.get('content-language') as 'pl' | 'en';
  expect(refusalCodes).toContain(code);
  expect(refusalsIn(responses), `${route.operationId} describes ${status} ${code}`).toContainEqual({ status, code });
  expect(body).toEqual({
    type: `urn:roundtable:refusal:${code}`,
    title: contract.sentences[code][language],
    status,
    code,
    error: expect.any(String),
    message: expect.stringMatching(/\S/),
    detail: body.message,
    request_id: headers.get('x-request-id'),
    ...('field' in body && { field: expect.any(String) }),
    ...('details' in body && { details: expect.any(Object) }),
  });
  for (const sentences of Object.values(body.details ?? {})) expect(sentences).toEqual([expect.stringMatching(/\S/)]);
  if (contract.name === 'workspaces') expect(body.error).toBe(body.message);
  else expect(body.error).toBe(contract.errorOf(code, body.message));
}
