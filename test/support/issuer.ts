/**
 * An issuer of OpenID Connect on the loopback, which asks who somebody is and believes it. It knows one public client,
 * the page of an app, insists on PKCE, and gives JWTs to whoever asks for the app's audience by the parameter `resource`.
 */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';
import {
  Provider,
  type Adapter,
  type AdapterPayload,
  type Configuration,
  type InteractionResults,
} from 'oidc-provider';

export const AUDIENCE = 'https://roundtable.example';
const CLIENT_ID = 'page';
const KEY_ID = 'first';
const HOUR = 3600;

export interface Issuer {
  url: string;
  /** The variables of an app whose page signs in here. */
  environment: Record<string, string>;
  /** How long the next access token holds that it gives, seconds. Those after it hold for an hour. */
  lifetime: number;
  /** Whether it gives refresh tokens, and takes those that it gave. */
  renews: boolean;
  /** Breaks every connection off until it is told otherwise. */
  down: boolean;
  /** What it gave tokens for so far, the last one last: the parameters of each request. */
  readonly granted: Readonly<Record<string, unknown>>[];
  /** Takes the page of the app at this address for its client. */
  know(page: string): void;
  /** An access token, as if somebody had signed in. @param lifetime seconds */
  tokenOf(email: string, lifetime?: number): string;
  stop(): Promise<void>;
}

export async function startIssuer(): Promise<Issuer> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const granted: Readonly<Record<string, unknown>>[] = [];
  let answer: ReturnType<Provider['callback']> | null = null;
  const server = createServer((request, response) => {
    if (issuer.down || answer === null) return request.socket.destroy();
    return void answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const issuer: Issuer = {
    url,
    environment: {
      JWT_SECRET: '',
      JWT_JWKS_URI: `${url}/jwks`,
      JWT_AUDIENCE: AUDIENCE,
      OIDC_ISSUER: url,
      OIDC_CLIENT_ID: CLIENT_ID,
      OIDC_AUDIENCE_PARAMETER: 'resource',
    },
    lifetime: HOUR,
    renews: true,
    down: false,
    granted,
    know(page) {
      const jwk = { ...privateKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' };
      const provider = new Provider(url, {
        ...configurationFor(page, issuer),
        jwks: { keys: [jwk] } as NonNullable<Configuration['jwks']>,
      });
      askWho(provider);
      provider.on('grant.success', ({ oidc }) => {
        granted.push({ ...oidc.params });
        issuer.lifetime = HOUR;
      });
      answer = provider.callback();
    },
    tokenOf: (email, lifetime = HOUR) =>
      jwt.sign({ sub: email, email, name: nameOf(email) }, privateKey, {
        algorithm: 'RS256',
        keyid: KEY_ID,
        issuer: url,
        audience: AUDIENCE,
        expiresIn: lifetime,
      }),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return issuer;
}

/** `grace.hopper@example.com` is Grace Hopper. */
function nameOf(email: string): string {
  const parts = email.split('@')[0]!.split('.');
  return parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join(' ');
}

function configurationFor(page: string, issuer: Issuer): Configuration {
  return {
    adapter: memoryAdapter(issuer),
    clients: [
      {
        client_id: CLIENT_ID,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [`${page}/signed-in`],
        post_logout_redirect_uris: [`${page}/sign-in`],
      },
    ],
    clientBasedCORS: () => true,
    cookies: { keys: ['of a test'] },
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email'], profile: ['name'] },
    ttl: {
      AccessToken: () => issuer.lifetime,
      AuthorizationCode: 60,
      Grant: 3600,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 3600,
      Session: 3600,
    },
    issueRefreshToken: async () => issuer.renews,
    expiresWithSession: async () => false,
    findAccount: async (_, accountId) => ({
      accountId,
      claims: async () => ({ sub: accountId, email: accountId, name: nameOf(accountId) }),
    }),
    extraTokenClaims: async (_, token) => {
      const email = 'accountId' in token ? String(token.accountId) : '';
      return { email, name: nameOf(email) };
    },
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ accountId: oidc.session!.accountId!, clientId: CLIENT_ID });
      grant.addOIDCScope('openid profile email');
      grant.addResourceScope(AUDIENCE, '');
      await grant.save();
      return grant;
    },
    interactions: { url: (_, { uid }) => `/who/${uid}` },
    renderError(context, { error, error_description }) {
      context.body = `${error}: ${error_description}`;
    },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource(context, form) {
          context.body = `${form}<button form="op.logoutForm" name="logout" value="yes">Sign me out</button>`;
        },
      },
    },
  };
}

/** The page that asks who somebody is, with a way to turn it down. */
function askWho(provider: Provider): void {
  provider.use(async (context, next) => {
    const [, uid] = /^\/who\/([\w-]+)/.exec(context.path) ?? [];
    if (uid === undefined) return next();
    const said = context.query as { email?: string; refuse?: string };
    const finish = (result: InteractionResults) => provider.interactionFinished(context.req, context.res, result);
    if (said.refuse !== undefined) return finish({ error: 'access_denied', error_description: 'turned down' });
    if (said.email) return finish({ login: { accountId: said.email } });
    const { params } = await provider.interactionDetails(context.req, context.res);
    context.body = `<!doctype html><title>Who are you</title><link rel="icon" href="data:,"><form>
      <label>Email <input name="email" value="${String(params.login_hint ?? '')}"></label>
      <button>Continue</button> <button name="refuse">Cancel</button></form>`;
  });
}

/** Keeps what the issuer has to remember, for as long as it runs. */
function memoryAdapter(issuer: Issuer) {
  const kept = new Map<string, AdapterPayload>();
  return (model: string): Adapter => {
    const keyOf = (id: string) => `${model} ${id}`;
    const find = async (id: string) => (model === 'RefreshToken' && !issuer.renews ? undefined : kept.get(keyOf(id)));
    return {
      find,
      upsert: async (id, payload) => void kept.set(keyOf(id), payload),
      destroy: async (id) => void kept.delete(keyOf(id)),
      consume: async (id) => void Object.assign(kept.get(keyOf(id)) ?? {}, { consumed: Math.floor(Date.now() / 1000) }),
      findByUid: async (uid) => [...kept.values()].find((payload) => payload.uid === uid),
      findByUserCode: async () => undefined,
      revokeByGrantId: async (grantId) => {
        for (const [key, payload] of kept) if (payload.grantId === grantId) kept.delete(key);
      },
    };
  };
}
