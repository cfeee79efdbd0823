/** The HTTP side as a whole: one Koa application, every middleware in the order in which a request meets it. */
import { ServerResponse, type IncomingMessage } from 'node:http';
import cors from '@koa/cors';
import Koa, { type Context, type Middleware } from 'koa';
import compress from 'koa-compress';
import conditional from 'koa-conditional-get';
import etag from '@koa/etag';
import helmet from 'koa-helmet';
import type { Config } from '../config.ts';
import type { Actor } from '../identity/person.ts';
import { Refusal } from '../refusal.ts';
import { createBodyMemory } from './body-memory.ts';
import { boundary, type BoundaryParts } from './boundary.ts';
import { WORTHWHILE } from './compressed.ts';
import { serveFiles, servePage, type Files } from './files.ts';
import type { RequestLimits } from './limits.ts';
import { routerOf } from './pipeline.ts';
import type { Route } from './route.ts';

export interface HttpParts extends BoundaryParts {
  config: Config;
  routes: readonly Route[];
  authenticate: (context: Context) => Promise<Actor>;
  limits: RequestLimits;
  files: Files;
}

/** A node has room for three bodies of this size, also if none may be as large. */
const LARGE_BODY = 16_777_216;

export function createHttp(parts: HttpParts): Koa {
  const { config, routes, authenticate, limits, files, logger } = parts;
  const koa = new Koa({ proxy: config.trustProxy > 0, maxIpsCount: config.trustProxy });
  koa.silent = true;
  // Not the error itself: a parse error carries the raw request, and with it the token.
  koa.on('error', ({ code, message }: NodeJS.ErrnoException, { state: { requestId } }: Context) =>
    logger.warn({ code, fault: message, requestId }, 'an answer could not be sent'),
  );
  koa.use(boundary(parts));
  koa.use(async (context, next) => {
    if (!isCalledByItsOwnName(config, context)) throw new Refusal('forbidden');
    await next();
  });
  koa.use(securityHeaders(config));
  koa.use(
    cors({
      origin: (context) => (isAllowedOrigin(config, context, context.get('Origin')) ? context.get('Origin') : ''),
      credentials: false,
      allowMethods: 'GET,HEAD,PUT,POST,DELETE,PATCH',
      allowHeaders: ['Authorization', 'Content-Type', 'If-Match', 'If-None-Match', 'Accept-Language', 'X-Request-Id'],
      exposeHeaders: ['ETag', 'X-Request-Id', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'Warning'],
      maxAge: 600,
    }),
  );
  koa.use(uncompressedForTheUnwilling);
  koa.use(compress({ threshold: WORTHWHILE, br: { params: { 1: 4 } } } as compress.CompressOptions));
  koa.use(conditional());
  koa.use(etag());
  koa.use(serveFiles(files));
  koa.use(servePage(files, routes));
  const memoryOf = createBodyMemory(Math.max(config.limits.maxDocumentBytes, LARGE_BODY));
  for (const middleware of routerOf(routes, authenticate, limits, memoryOf)) koa.use(middleware);
  return koa;
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|\[?::1\]?|localhost|[\w-]+\.localhost)$/;

/**
 * Where anybody may sign in as anybody, only this machine may: a web page elsewhere could have its own name point to the
 * loopback, and would then be of our origin.
 */
function isCalledByItsOwnName({ mode, host, publicUrl }: Config, { req }: Pick<Context, 'req'>): boolean {
  // What a page cannot set: a forwarded host it could, and Koa would believe it of a proxy.
  const hostname = URL.parse(`http://${req.headers.host}`)?.hostname ?? '';
  if (mode !== 'dev' || !LOOPBACK.test(host)) return true;
  return LOOPBACK.test(hostname) || (publicUrl !== null && hostname === new URL(publicUrl).hostname);
}

/**
 * Everything from ourselves, nothing inline; the page calls nobody else but the issuer that signs people in. Its sockets
 * are ours too: where it was loaded from, and where `websocket_url` says.
 */
function securityHeaders({ publicUrl, oidc }: Config): Middleware {
  const sockets = publicUrl === null ? [] : [new URL(publicUrl).origin.replace('http', 'ws')];
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        connectSrc: ["'self'", ...sockets, ...(oidc?.origins ?? [])],
        imgSrc: ["'self'", 'data:', 'https:'],
        styleSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: publicUrl?.startsWith('https:') === true, // else clients may not come by https
    crossOriginResourcePolicy: { policy: 'same-site' },
  }) as unknown as Middleware;
}

/** Whoever accepts no encoding at all, not even none, is answered as it is: koa-compress knows no such case. */
const uncompressedForTheUnwilling: Middleware = async (context, next) => {
  if (!context.acceptsEncodings('br', 'gzip', 'deflate', 'identity')) context.compress = false;
  await next();
};

/** The address that the client called. (Koa's own `origin` is what the client says of itself.) */
export function addressCalled({ protocol, host }: Pick<Context, 'protocol' | 'host'>): string {
  return `${protocol}://${host}`;
}

/** Whether a page of this origin may call us. */
function isAllowedOrigin(config: Config, context: Pick<Context, 'protocol' | 'host'>, origin: string): boolean {
  const own = config.publicUrl === null ? addressCalled(context) : new URL(config.publicUrl).origin;
  return origin === own || config.allowedOrigins.includes(origin);
}

/** The same for a WebSocket, which does not pass through Koa. */
export function mayUpgrade(config: Config, koa: Koa, origin: string, request: IncomingMessage): boolean {
  const context = koa.createContext(request, new ServerResponse(request));
  return isCalledByItsOwnName(config, context) && isAllowedOrigin(config, context, origin);
}
