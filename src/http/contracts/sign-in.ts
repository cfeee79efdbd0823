/** How one signs in here: what the page has to know before anybody is known. Nothing of it is secret. */
import { z } from 'zod';
import type { Config, OidcConfig } from '../../config.ts';
import { route, type Route } from '../route.ts';
import { platformContract } from './people.ts';

const waysSchema = z
  .object({
    demo: z.boolean().describe('Anybody may sign in as a demo person (`roundtable dev` only)'),
    oidc: z
      .object({
        issuer: z.url(),
        client_id: z.string(),
        scope: z.string(),
        parameters: z.record(z.string(), z.string()).describe('Go with every request for a code or a token'),
      })
      .nullable()
      .describe('OpenID Connect by the authorization code flow with PKCE; the access token is sent to this server'),
  })
  .meta({ id: 'WaysToSignIn' });

/** How long a page may go on with what it was told, seconds. */
const FRESH = 60;

export interface SignInParts {
  config: Pick<Config, 'oidc' | 'tokens'>;
  /** Null outside of `dev`. */
  signIn: unknown;
}

export function signInRoutes({ config: { oidc, tokens }, signIn }: SignInParts): Route[] {
  return [
    route({
      method: 'get',
      path: '/sign-in-ways',
      operationId: 'getWaysToSignIn',
      summary: 'The ways of signing in, for the page; a token that one has already always works',
      contract: platformContract,
      authenticated: false,
      answers: { 200: { description: 'The ways', schema: waysSchema } },
      refusals: [],
      handle: async () => ({
        status: 200,
        body: { demo: signIn !== null, oidc: oidc && oidcOnWire(oidc, tokens.audience) },
        headers: { 'Cache-Control': `public, max-age=${FRESH}` },
      }),
    }),
  ];
}

function oidcOnWire({ issuer, clientId, scope, audienceParameter }: OidcConfig, audience: string | null) {
  const parameters = audienceParameter && audience !== null ? { [audienceParameter]: audience } : {};
  return { issuer, client_id: clientId, scope, parameters };
}
