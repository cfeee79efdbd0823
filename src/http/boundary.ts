/**
 * The boundary: every request passes here. It gives the request an id, writes one log line, catches whatever is thrown
 * below, once, and answers it as a problem in the words of the API that was called. How an attempt came out is reported
 * from here (MB5).
 */
import type { Context, Middleware } from 'koa';
import type { Actor } from '../identity/person.ts';
import type { Attempt, Attempts } from '../observe/attempts.ts';
import type { Logger } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { requestIdOf } from '../observe/request-id.ts';
import { Refusal, type RefusalCode } from '../refusal.ts';
import { NO_ROUTE, phrase, statusOf, type Contract } from './contract.ts';
import { speak } from './language.ts';
import type { Answer, Route } from './route.ts';

export interface BoundaryParts {
  attempts: Attempts;
  logger: Logger;
  metrics: Metrics;
  contracts: readonly Contract[];
  fallback: Contract;
}

export function boundary({ attempts, logger, metrics, contracts, fallback }: BoundaryParts): Middleware {
  return async (context, next) => {
    const requestId = requestIdOf(context.get('X-Request-Id'));
    context.state.requestId = requestId;
    context.set('X-Request-Id', requestId);
    const started = performance.now();
    let refused: { refusal: Refusal; error: string } | null = null;
    try {
      if (!context.path) throw new Refusal('not_found', { reason: NO_ROUTE }); // an address as `http://` has none
      await next();
      if (context.status === 404 && context.body === undefined) throw new Refusal('not_found', { reason: NO_ROUTE });
    } catch (error) {
      const refusal = toRefusal(error, (context.state.route as Route | undefined)?.failure);
      if (refusal.code === 'internal') logger.error({ err: error, requestId }, 'a request failed');
      refused = { refusal, error: answer(context, contractOf(context, contracts, fallback), refusal, requestId) };
      // What is left of a refused body is read away, or the next request on this connection would wait behind it.
      context.req.unpipe().resume();
    }
    const took = performance.now() - started;
    const { attempt, route } = context.state as { attempt?: Attempt; route?: Route };
    await attempts.ended({ attempt, roster: route?.roster, refusal: refused?.refusal, requestId, took });
    report(context, { logger, metrics }, refused, took);
  };
}

function report(
  context: Context,
  { logger, metrics }: Pick<BoundaryParts, 'logger' | 'metrics'>,
  refused: { refusal: Refusal; error: string } | null,
  ms: number,
): void {
  const route = context.state.route as Route | undefined;
  const operation = route?.operationId ?? 'none';
  metrics.requests.observe({ operation, status: context.status }, ms / 1000);
  route?.finished?.({
    actor: (context.state.actor as Actor | undefined) ?? null,
    params: (context.params as Record<string, string> | undefined) ?? {},
    body: (context.state.body as Record<string, unknown> | undefined) ?? {},
    refusal: refused?.refusal ?? null,
    error: refused?.error ?? null,
    answer: (context.state.answer as Answer | undefined) ?? null,
  });
  const { requestId } = context.state as { requestId: string };
  logger.info(
    { requestId, method: context.method, path: context.path, status: context.status, ms: Math.round(ms), operation },
    'request',
  );
}

/** @returns what stands in `message` */
function answer(context: Context, contract: Contract, refusal: Refusal, requestId: string): string {
  const status = statusOf(contract, refusal);
  const language = speak(context, contract);
  const phrased = phrase(contract, refusal, language);
  context.remove('ETag');
  context.status = status;
  if (status === 401) context.set('WWW-Authenticate', 'Bearer');
  if (refusal.details.allow) context.set('Allow', refusal.details.allow);
  if (refusal.details.retryAfter) context.set('Retry-After', String(refusal.details.retryAfter));
  context.body = JSON.stringify({
    type: `urn:roundtable:refusal:${refusal.code}`,
    title: phrased.title,
    status,
    code: refusal.code,
    error: phrased.error,
    message: phrased.message,
    detail: [phrased.message, refusal.details.subject].filter(Boolean).join(': '),
    ...(phrased.field !== undefined && { field: phrased.field }),
    ...(phrased.details && { details: phrased.details }),
    request_id: requestId,
  });
  context.type = 'application/problem+json';
  return phrased.message;
}

/** What was thrown, as a refusal: ours as it is, a library's by its status, a database that is away as `unavailable`. */
export function toRefusal(error: unknown, failure?: string): Refusal {
  if (error instanceof Refusal) return error;
  const { originalError, status, code } = error as { originalError?: unknown; status?: number; code?: string };
  if (originalError instanceof Refusal) return originalError;
  const byStatus: Record<number, RefusalCode> = {
    400: 'invalid',
    401: 'unauthenticated',
    413: 'payload_too_large',
    415: 'unsupported_media_type',
  };
  const known = typeof status === 'number' ? byStatus[status] : undefined;
  if (known) return new Refusal(known);
  if (databaseIsAway(code, (error as Partial<Error>).message)) return new Refusal('unavailable');
  return new Refusal('internal', failure === undefined ? {} : { reason: failure });
}

/**
 * Connection errors of the socket, PostgreSQL's classes 08 (connection), 53 (resources) and 57P (shutdown), and what
 * the driver says, without a code, of a connection that has ended under it, or of a wait that was too long.
 */
function databaseIsAway(code: unknown, message = ''): boolean {
  if (typeof code === 'string')
    return /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|08\w{3}|53\w{3}|57P\w{2}|25006)$/.test(code);
  return /^(Connection terminated|Client has encountered a connection error|Cannot use a pool after|timeout exceeded when|Query read timeout)/.test(
    message,
  );
}

function contractOf(context: Context, contracts: readonly Contract[], fallback: Contract): Contract {
  const matched =
    (context.state.route as Route | undefined)?.contract ??
    contracts.find((contract) => contract.prefixes.some((prefix) => context.path?.startsWith(prefix)));
  return matched ?? fallback;
}
