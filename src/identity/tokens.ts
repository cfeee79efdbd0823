/**
 * Tokens: one set of options and one source of keys for koa-jwt and for the WebSocket, so that both accept exactly the
 * same tokens. The algorithm is the configured one, never the token's. A key source that cannot be reached is a fault
 * (`unavailable`), not a bad token. `exp` is exact; `nbf` is read with the other claims, because an issuer whose clock is a
 * little ahead of ours may write its now into it.
 */
import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import jwksRsa from 'jwks-rsa';
import { z } from 'zod';
import type { TokenConfig } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { emailAddress } from './email.ts';
import { createKeyRing, type PublishedKey } from './key-ring.ts';

/** How far ahead of ours an issuer's clock may be, ms. */
const AHEAD = 60_000;

/** What PostgreSQL keeps as it is. */
const text = z.string().refine((value) => !value.includes('\0') && value.isWellFormed());

/** The claims that Roundtable reads; everything else in a token is ignored. */
const claimsSchema = z.object({
  sub: text.min(1).max(255),
  email: z.string().max(320).pipe(emailAddress),
  exp: z.number(),
  nbf: z
    .number()
    .refine((seconds) => seconds * 1000 <= Date.now() + AHEAD)
    .optional(),
  iss: text.max(2048).default(''),
  name: text.trim().min(1).max(200).optional().catch(undefined),
  picture: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .optional()
    .catch(undefined),
  roles: z.array(z.string()).default([]).catch([]),
  email_verified: z.literal(true).default(true),
});

export type Claims = z.infer<typeof claimsSchema>;

/** What koa-jwt and `verifyToken` are both given. A key is read once, not for every token. */
export interface TokenOptions {
  secret: (header: { kid?: string | undefined }) => Promise<KeyObject>;
  algorithms: jwt.Algorithm[];
  issuer?: string;
  audience?: string;
  clockTolerance: number;
  ignoreNotBefore: true;
}

/** @param config how tokens are verified; with kind `secret` the secret must be known by now */
export function tokenOptions(config: TokenConfig): TokenOptions {
  const claims = {
    ...(config.issuer !== null && { issuer: config.issuer }),
    ...(config.audience !== null && { audience: config.audience }),
    clockTolerance: 0,
    ignoreNotBefore: true as const,
  };
  if (config.kind === 'secret') {
    if (config.secret === null) throw new Error('there is no secret to verify tokens with');
    const key = createSecretKey(config.secret, 'utf8');
    return { secret: async () => key, algorithms: ['HS256'], ...claims };
  }
  const { key } = createKeyRing(published(config.uri), () => performance.now());
  return { secret: ({ kid }) => key(kid), algorithms: ['RS256', 'ES256'], ...claims };
}

/** How long the key server may take, ms. */
const PATIENCE = 5000;

function published(jwksUri: string): () => Promise<readonly PublishedKey[]> {
  const fetcher = async () => {
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(jwksUri, { redirect: 'error', headers: { connection: 'close' }, signal });
    if (!answer.ok) throw new Error(`the key server answers ${answer.status}`);
    return (await answer.json()) as { keys: unknown };
  };
  const client = jwksRsa({ jwksUri, cache: false, fetcher });
  return async () =>
    (await client.getSigningKeys()).map((key) => ({ kid: key.kid, key: createPublicKey(key.getPublicKey()) }));
}

/**
 * Verifies a token that did not come through koa-jwt (the auth frame of a WebSocket).
 * @returns its claims, which `readClaims` is to read
 * @throws Refusal `unauthenticated`, or `unavailable` when the keys cannot be fetched
 */
export async function verifyToken(token: string, options: TokenOptions): Promise<unknown> {
  const { secret, ...checks } = options;
  const key = await secret(headerOf(token));
  try {
    return jwt.verify(token, key, checks);
  } catch {
    throw new Refusal('unauthenticated');
  }
}

/** Not to be believed yet. @throws Refusal `unauthenticated` */
function headerOf(token: string): jwt.JwtHeader {
  try {
    const decoded = jwt.decode(token, { complete: true }); // throws for some payloads that are no JSON
    if (decoded) return decoded.header;
  } catch {}
  throw new Refusal('unauthenticated');
}

/**
 * Reads the claims of a token whose signature holds.
 * @returns them, or the name of one that is missing or cannot be taken; null if they are none at all
 */
export function readClaims(payload: unknown): { claims: Claims } | { refused: string | null } {
  const { data, error } = claimsSchema.safeParse(payload);
  return data ? { claims: data } : { refused: (error!.issues[0]!.path[0] as string | undefined) ?? null };
}

/**
 * Signs a token for `dev` and for the command line.
 * @param lifetime seconds
 * @param expected the issuer and audience that are configured to be checked
 */
export function signToken(
  secret: string,
  claims: { email: string; name?: string; roles?: string[] },
  lifetime: number,
  expected: Pick<TokenConfig, 'issuer' | 'audience'> = { issuer: null, audience: null },
): string {
  const email = claims.email.toLowerCase();
  const { issuer, audience } = expected;
  const named = { ...(issuer !== null && { issuer }), ...(audience !== null && { audience }) };
  return jwt.sign({ ...claims, sub: email, email }, secret, { algorithm: 'HS256', expiresIn: lifetime, ...named });
}
