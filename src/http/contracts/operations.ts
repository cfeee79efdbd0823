/** What operators and tools ask: is it alive, is it ready, how does it do, what can it do. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import { z } from 'zod';
import type { Config } from '../../config.ts';
import type { Health } from '../../observe/health.ts';
import type { Metrics } from '../../observe/metrics.ts';
import { Refusal } from '../../refusal.ts';
import { describeApi } from '../openapi.ts';
import { route, type Route } from '../route.ts';
import { platformContract } from './people.ts';

const readiness = z
  .object({
    ready: z.boolean(),
    phase: z.string(),
    database: z.enum(['up', 'down']),
    messenger: z.enum(['up', 'degraded']),
  })
  .meta({ id: 'Readiness' });
const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

export interface OperationsParts {
  config: Config;
  health: Health;
  metrics: Metrics;
  /** All routes, these included. */
  routes: () => readonly Route[];
}

export function operationsRoutes({ config, health, metrics, routes }: OperationsParts): Route[] {
  const contract = platformContract;
  let description: unknown;
  return [
    route({
      method: 'get',
      path: '/livez',
      operationId: 'isAlive',
      summary: 'The process runs',
      contract,
      authenticated: false,
      unlimited: true,
      answers: { 200: { description: 'It does', schema: z.object({ alive: z.literal(true) }) } },
      refusals: [],
      handle: async () => ({ status: 200, body: { alive: true } }),
    }),
    route({
      method: 'get',
      path: '/readyz',
      operationId: 'isReady',
      summary: 'This node can serve; without Redis it is degraded but ready',
      contract,
      authenticated: false,
      unlimited: true,
      answers: {
        200: { description: 'It can', schema: readiness },
        503: { description: 'Starting, draining, or without the database', schema: readiness },
      },
      refusals: [],
      handle: async () => {
        const state = await health.check();
        return { status: state.ready ? 200 : 503, body: state };
      },
    }),
    route({
      method: 'get',
      path: '/metrics',
      operationId: 'getMetrics',
      summary: 'Prometheus metrics: with METRICS_TOKEN, else in production on the loopback only',
      contract,
      authenticated: false,
      unlimited: true,
      answers: { 200: { description: 'Metrics in text form', contentType: 'text/plain' } },
      refusals: ['unauthenticated', 'forbidden'],
      handle: async ({ context }) => {
        requireMetricsAccess(config, context);
        return { status: 200, body: await metrics.registry.metrics(), contentType: metrics.registry.contentType };
      },
    }),
    route({
      method: 'get',
      path: '/openapi.json',
      operationId: 'getApiDescription',
      summary: 'This description (OpenAPI 3.1)',
      contract,
      authenticated: false,
      answers: { 200: { description: 'The description', schema: z.record(z.string(), z.unknown()) } },
      refusals: [],
      handle: async () => ({ status: 200, body: (description ??= describeApi(routes(), config.publicUrl)) }),
    }),
  ];
}

function requireMetricsAccess(config: Config, context: Context): void {
  if (config.metricsToken !== null) {
    // Of digests, which are all of one length: how long the comparison takes tells nothing of the token.
    const digest = (text: string) => createHash('sha256').update(text).digest();
    if (!timingSafeEqual(digest(context.get('Authorization')), digest(`Bearer ${config.metricsToken}`)))
      throw new Refusal('unauthenticated');
    return;
  }
  // Behind a proxy both have to be: its own address, and the one that it names.
  const addresses = [context.req.socket.remoteAddress ?? '', context.ip];
  if (config.mode === 'serve' && !addresses.every((address) => LOOPBACK.test(address))) throw new Refusal('forbidden');
}
