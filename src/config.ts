/**
 * The configuration: read once from the environment, every fault listed, then passed as a parameter. Nothing else
 * reads the environment. The README's table of variables says the same in words.
 */
import { z } from 'zod';
import {
  flag,
  issuer,
  keys,
  listenHost,
  LOOPBACK,
  origins,
  postgresql,
  publicUrl,
  redis,
  whole,
} from './config/values.ts';

/** `dev` has defaults for everything; `serve` refuses what a production system must say. */
export type Mode = 'dev' | 'serve';

export type TokenConfig =
  | { kind: 'secret'; secret: string | null; issuer: string | null; audience: string | null }
  | { kind: 'jwks'; uri: string; issuer: string | null; audience: string | null };

/** The page signs in at this issuer by the authorization code flow; none of it is secret. */
export interface OidcConfig {
  issuer: string;
  clientId: string;
  scope: string;
  /** The parameter by which the issuer is asked for tokens of the audience that is checked; null: it needs none. */
  audienceParameter: 'audience' | 'resource' | null;
  /** Origins that the page may call to sign in: the issuer's, and further ones that are configured. */
  origins: string[];
}

export interface Limits {
  /** Largest incoming WebSocket frame, bytes (1009). */
  maxFrameBytes: number;
  /** Largest stored document (1009), and largest body of `content` and `updates`, bytes. */
  maxDocumentBytes: number;
  /** Largest awareness state of one client, bytes; a larger one is dropped. */
  maxAwarenessBytes: number;
  /** People in one session. */
  maxParticipants: number;
  /** Sockets of one person on one node (4429). */
  maxSocketsPerUser: number;
  /** Unsent bytes at which a socket is dropped, answers to a step 1 excepted (1013). */
  slowConsumerBytes: number;
}

export interface Config {
  mode: Mode;
  host: string;
  port: number;
  publicUrl: string | null;
  /** How many proxies in front are believed. */
  trustProxy: number;
  dataDirectory: string;
  databaseUrl: string | null;
  redisUrl: string | null;
  tokens: TokenConfig;
  /** Null: nobody signs in by OpenID Connect on the page. */
  oidc: OidcConfig | null;
  /** The value in the `roles` claim that makes a platform administrator; null: nobody is one. */
  adminRole: string | null;
  /** Exact origins besides our own. */
  allowedOrigins: string[];
  /** How long a session outlives its host's last connection, ms. */
  hostGrace: number;
  /** After how long a session without connections ends, ms. */
  idle: number;
  limits: Limits;
  /** REST requests per person and minute; 0 = off. */
  rateLimitPerMinute: number;
  metricsToken: string | null;
  graphqlIntrospection: boolean;
  logLevel: string;
}

/** All faults of a configuration at once. The command line prints them and exits 78. */
export class ConfigurationError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
    this.name = 'ConfigurationError';
    this.faults = faults;
  }
}

const variables = z.object({
  PORT: whole(0, 65_535).default(3000),
  HOST: listenHost.optional(),
  PUBLIC_URL: publicUrl.optional(),
  TRUST_PROXY: whole(0, 32).default(0),
  DATA_DIR: z.string().min(1).default('./data'),
  DATABASE_URL: postgresql.optional(),
  REDIS_URL: redis.optional(),
  JWT_SECRET: z
    .string()
    .refine((text) => Buffer.byteLength(text) >= 32, 'must have at least 32 bytes')
    .refine(
      (text) => !text.includes('-----BEGIN '),
      'must not be a key of a pair, whose one half is public: that is what JWT_JWKS_URI is for',
    )
    .optional(),
  JWT_JWKS_URI: keys.optional(),
  JWT_ISSUER: z.string().min(1).optional(),
  JWT_AUDIENCE: z.string().min(1).optional(),
  JWT_ADMIN_ROLE: z.string().min(1).optional(),
  OIDC_ISSUER: issuer.optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  OIDC_SCOPE: z
    .string()
    .refine((text) => text.split(' ').includes('openid'), 'must name openid among its scopes, separated by spaces')
    .default('openid profile email'),
  OIDC_AUDIENCE_PARAMETER: z.enum(['audience', 'resource'], 'must be audience or resource').optional(),
  OIDC_ORIGINS: origins,
  ALLOWED_ORIGINS: origins,
  SESSION_HOST_GRACE_MS: whole(0).default(5000),
  SESSION_IDLE_MS: whole(1).default(300_000),
  MAX_FRAME_BYTES: whole(1024, 104_857_600).default(4_194_304),
  MAX_DOCUMENT_BYTES: whole(1024, 1_073_741_824).default(67_108_864),
  MAX_AWARENESS_BYTES: whole(256, 1_048_576).default(16_384),
  MAX_PARTICIPANTS: whole(1).default(200),
  MAX_SOCKETS_PER_USER: whole(1).default(20),
  SLOW_CONSUMER_BYTES: whole(65_536).default(8_388_608),
  RATE_LIMIT_PER_MINUTE: whole(0).optional(),
  METRICS_TOKEN: z.string().min(1).optional(),
  GRAPHQL_INTROSPECTION: flag.optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/**
 * Reads the configuration.
 * @param mode which command asks
 * @param environment the variables; an empty one counts as not given
 * @param options.expose allows `dev` to listen beyond the loopback
 * @throws ConfigurationError with every fault
 */
export function readConfig(
  mode: Mode,
  environment: Record<string, string | undefined>,
  options = { expose: false },
): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = variables.safeParse(given);
  const faults = parsed.success ? [] : parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`);
  const host = given.HOST ?? (mode === 'dev' ? '127.0.0.1' : '0.0.0.0');
  if (mode === 'dev' && !options.expose && !LOOPBACK.test(host)) {
    faults.push(
      `HOST is ${host}: \`dev\` signs anybody in and listens on the loopback only, unless started with --expose`,
    );
  }
  if (given.JWT_SECRET && given.JWT_JWKS_URI) faults.push('JWT_SECRET and JWT_JWKS_URI exclude each other');
  faults.push(...faultsOfSigningIn(given));
  if (mode === 'serve') {
    if (!given.DATABASE_URL) faults.push('DATABASE_URL is missing');
    if (!given.JWT_SECRET && !given.JWT_JWKS_URI)
      faults.push('JWT_SECRET or JWT_JWKS_URI is missing: there must be a way to verify tokens');
    if (given.JWT_JWKS_URI && !given.JWT_ISSUER && !given.OIDC_ISSUER)
      faults.push('JWT_ISSUER is missing: with JWT_JWKS_URI it must be checked');
  }
  // Also in `dev`: else a token that the issuer gave to another of its clients would do.
  if (given.JWT_JWKS_URI && (mode === 'serve' || given.OIDC_ISSUER) && !given.JWT_AUDIENCE)
    faults.push('JWT_AUDIENCE is missing: with JWT_JWKS_URI it must be checked');
  if (!parsed.success || faults.length > 0) throw new ConfigurationError(faults);
  return toConfig(mode, host, parsed.data);
}

/** What the page asks an issuer for, the server must be able to verify. */
function faultsOfSigningIn(given: Record<string, string | undefined>): string[] {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, JWT_JWKS_URI } = given;
  if (!OIDC_ISSUER && !OIDC_CLIENT_ID) return [];
  const faults: string[] = [];
  if (!OIDC_ISSUER) faults.push('OIDC_ISSUER is missing: OIDC_CLIENT_ID names a client of it');
  if (!OIDC_CLIENT_ID) faults.push('OIDC_CLIENT_ID is missing: OIDC_ISSUER must know whose sign-in it is');
  if (!JWT_JWKS_URI) faults.push('JWT_JWKS_URI is missing: the tokens of OIDC_ISSUER are verified with its keys');
  return faults;
}

function toOidc(read: z.infer<typeof variables>): OidcConfig | null {
  if (!read.OIDC_ISSUER || !read.OIDC_CLIENT_ID) return null;
  return {
    issuer: read.OIDC_ISSUER,
    clientId: read.OIDC_CLIENT_ID,
    scope: read.OIDC_SCOPE,
    audienceParameter: read.OIDC_AUDIENCE_PARAMETER ?? null,
    origins: [new URL(read.OIDC_ISSUER).origin, ...read.OIDC_ORIGINS],
  };
}

function toConfig(mode: Mode, host: string, read: z.infer<typeof variables>): Config {
  const claims = { issuer: read.JWT_ISSUER ?? read.OIDC_ISSUER ?? null, audience: read.JWT_AUDIENCE ?? null };
  return {
    mode,
    host,
    port: read.PORT,
    publicUrl: read.PUBLIC_URL ?? null,
    trustProxy: read.TRUST_PROXY,
    dataDirectory: read.DATA_DIR,
    databaseUrl: read.DATABASE_URL ?? null,
    redisUrl: read.REDIS_URL ?? null,
    tokens: read.JWT_JWKS_URI
      ? { kind: 'jwks', uri: read.JWT_JWKS_URI, ...claims }
      : { kind: 'secret', secret: read.JWT_SECRET ?? null, ...claims },
    oidc: toOidc(read),
    adminRole: read.JWT_ADMIN_ROLE ?? (read.JWT_JWKS_URI ? null : 'admin'),
    allowedOrigins: read.ALLOWED_ORIGINS,
    hostGrace: read.SESSION_HOST_GRACE_MS,
    idle: read.SESSION_IDLE_MS,
    limits: {
      maxFrameBytes: read.MAX_FRAME_BYTES,
      maxDocumentBytes: read.MAX_DOCUMENT_BYTES,
      maxAwarenessBytes: read.MAX_AWARENESS_BYTES,
      maxParticipants: read.MAX_PARTICIPANTS,
      maxSocketsPerUser: read.MAX_SOCKETS_PER_USER,
      slowConsumerBytes: read.SLOW_CONSUMER_BYTES,
    },
    rateLimitPerMinute: read.RATE_LIMIT_PER_MINUTE ?? (mode === 'serve' ? 600 : 0),
    metricsToken: read.METRICS_TOKEN ?? null,
    graphqlIntrospection: read.GRAPHQL_INTROSPECTION ?? mode === 'dev',
    logLevel: read.LOG_LEVEL,
  };
}
