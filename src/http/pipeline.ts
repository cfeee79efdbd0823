/**
 * From a table of routes to a router. The order is the contract's: who is calling (401), what was sent (400, 413, 415),
 * and then the domain decides: existence (404), standing (403), the rest.
 */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import koaJwt from 'koa-jwt';
import { z } from 'zod';
import type { Actor } from '../identity/person.ts';
import type { Authenticator } from '../identity/profiles.ts';
import { spelledInside } from '../identity/spelling.ts';
import type { TokenOptions } from '../identity/tokens.ts';
import type { Attempt } from '../observe/attempts.ts';
import { readJson } from '../json.ts';
import { Refusal } from '../refusal.ts';
import type { BodyMemory } from './body-memory.ts';
import { readBytes, requireNoBody } from './bytes.ts';
import { NO_ROUTE } from './contract.ts';
import type { RequestLimits } from './limits.ts';
import { validated, type Answer, type Route } from './route.ts';

const JSON_LIMIT = 256 * 1024;

/** Turns a verified or missing token into `context.state.actor`. @throws Refusal `unauthenticated` (through koa-jwt) */
export function authentication(
  options: TokenOptions,
  authenticator: Authenticator,
): (context: Context) => Promise<Actor> {
  const verify = koaJwt({ ...options, key: 'claims' } as unknown as koaJwt.Options);
  return async (context) => {
    await verify(context as never, async () => {});
    const actor = await authenticator.recognise(context.state.claims, context.state.requestId as string);
    context.state.actor = actor;
    return actor;
  };
}

export function routerOf(
  routes: readonly Route[],
  authenticate: (context: Context) => Promise<Actor>,
  limits: RequestLimits,
  memoryOf: (person: string) => BodyMemory,
): Middleware[] {
  const router = new Router();
  for (const route of routes) router[route.method](route.path, serve(route, authenticate, limits, memoryOf));
  const refuse = () => new Refusal('method_not_allowed');
  const allowed = router.allowedMethods({ throw: true, methodNotAllowed: refuse, notImplemented: refuse });
  const withAllow: Middleware = async (context, next) => {
    try {
      await allowed(context as never, next);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'method_not_allowed') throw error;
      const methods = new Set(router.match(context.path, context.method).path.flatMap((layer) => layer.methods));
      throw methods.size === 0
        ? new Refusal('not_found', { reason: NO_ROUTE })
        : new Refusal('method_not_allowed', { allow: [...methods].join(', ') });
    }
  };
  return [router.routes() as unknown as Middleware, withAllow];
}

function serve(
  route: Route,
  authenticate: (context: Context) => Promise<Actor>,
  limits: RequestLimits,
  memoryOf: (person: string) => BodyMemory,
) {
  /** Whoever is not known is limited by address. */
  const known = async (context: Context): Promise<Actor> => {
    try {
      return await authenticate(context);
    } catch (error) {
      await limits.ofAddress(context);
      throw error;
    }
  };
  const nobody = (context: Context) => (route.unlimited ? null : limits.ofAddress(context));
  return async (context: Context): Promise<void> => {
    context.state.route = route;
    const actor = route.authenticated === false ? await nobody(context) : await known(context);
    const attempted = (sent: unknown) => {
      if (actor && route.audit) context.state.attempt = attemptOf(route, context, actor, sent);
    };
    attempted({});
    if (actor) await limits.ofPerson(context, actor);
    const memory = memoryOf(actor?.id ?? '');
    try {
      const body = await bodyOf(route, context, memory);
      context.state.body = body;
      attempted(body);
      const [params, query, checked] = validated([
        { schema: route.params, value: context.params },
        { schema: route.query, value: context.query },
        { schema: bodySchema(route), value: body },
      ]);
      const requestId = context.state.requestId as string;
      const given = takesBytes(route) ? body : checked;
      const call = { params, query, body: given, actor: actor as Actor, requestId, context };
      const handle = () => route.handle(call as never);
      const answer = await (route.guesses ? limits.guess(call.actor, handle) : handle());
      context.state.answer = answer;
      write(context, answer);
    } finally {
      memory.giveBack();
    }
  };
}

const nothing = z.strictObject({});
const NOTHING = Buffer.from('{}');
const takesBytes = (route: Route) => route.bytes !== undefined || route.unparsed === true;

function bodySchema(route: Route): z.ZodType | undefined {
  if (takesBytes(route) || route.method === 'get') return undefined;
  return route.body ?? nothing;
}

async function bodyOf(route: Route, context: Context, memory: BodyMemory): Promise<unknown> {
  if (route.method === 'get') return undefined;
  if (route.bytes) return readBytes(context, route.bytes, memory);
  const sent = await jsonOf(route, context, memory);
  return route.unparsed ? sent : readJson(sent);
}

/** JSON as it came; no body counts as `{}`, whatever it is said to be. */
async function jsonOf({ jsonLimit }: Route, context: Context, memory: BodyMemory): Promise<Uint8Array> {
  const isJson = context.is('json') && isUtf8(context.request.charset);
  if (!isJson) await requireNoBody(context);
  if (!isJson || context.request.length === 0) return NOTHING;
  const sent = await readBytes(context, { contentType: 'json', limit: jsonLimit ?? JSON_LIMIT }, memory);
  return sent.byteLength > 0 ? sent : NOTHING;
}

/** JSON is UTF-8; nothing else is guessed at. */
function isUtf8(charset: string): boolean {
  return charset === '' || /^utf-?8$/i.test(charset);
}

function attemptOf(route: Route, context: Context, actor: Actor, body: unknown): Attempt {
  const { action, container, containerId, subject } = route.audit!;
  const members = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : null);
  const given = context.params as Record<string, string>;
  const id = containerId === undefined ? Object.values(given)[0] : given[containerId];
  return {
    actor: actor.id,
    action,
    container: container && id !== undefined ? `${container}:${spelledInside(container, id)}` : null,
    subject: subject ? text(members[subject] ?? (context.params as Record<string, unknown>)[subject]) : null,
    role: text(members.role),
  };
}

function write(context: Context, answer: Answer): void {
  context.status = answer.status;
  for (const [header, value] of Object.entries(answer.headers ?? {})) {
    if (header === 'Vary') context.vary(value);
    else context.set(header, value);
  }
  if (answer.body === undefined) {
    context.body = null;
    context.status = answer.status;
    return;
  }
  context.body = answer.body;
  if (answer.contentType) context.type = answer.contentType;
}
