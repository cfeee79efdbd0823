/** What the page is told of signing in, and whom it may call for that. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { call } from '../support/client.ts';

const OIDC = {
  JWT_SECRET: '',
  JWT_JWKS_URI: 'https://identity.example/keys',
  JWT_AUDIENCE: 'roundtable',
  OIDC_ISSUER: 'https://identity.example/realms/main',
  OIDC_CLIENT_ID: 'page',
  OIDC_ORIGINS: 'https://tokens.example',
  OIDC_AUDIENCE_PARAMETER: 'audience',
};

/** Whom a page of this server may call. */
async function connections(url: string): Promise<string[]> {
  const { headers } = await call(url, 'GET', '/');
  const policy = headers.get('content-security-policy')!.split(';');
  return policy
    .find((directive) => directive.startsWith('connect-src'))!
    .split(' ')
    .slice(1);
}

describe('with an issuer', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ mode: 'serve', environment: { ...OIDC, PUBLIC_URL: 'https://diagrams.example:8443' } });
  });
  afterAll(() => app.stop());

  it('ID8 the page is told where and how, without a secret, and asks again after a minute', async () => {
    const { status, headers, body } = await call(app.url, 'GET', '/sign-in-ways');
    expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=60']);
    expect(body).toEqual({
      demo: false,
      oidc: {
        issuer: 'https://identity.example/realms/main',
        client_id: 'page',
        scope: 'openid profile email',
        parameters: { audience: 'roundtable' },
      },
    });
  });

  it('ID8 the page may call the issuer and what is configured besides, and nobody else', async () => {
    const others = ['https://identity.example', 'https://tokens.example'];
    expect(await connections(app.url)).toEqual(["'self'", 'wss://diagrams.example:8443', ...others]);
  });
});

describe('without one', () => {
  it.each(['dev', 'serve'] as const)(
    'ID6 ID8 demo people are offered in `dev` only, and nobody else may be called (%s)',
    async (mode) => {
      const app = await startApp({ mode });
      try {
        expect((await call(app.url, 'GET', '/sign-in-ways')).body).toEqual({ demo: mode === 'dev', oidc: null });
        expect(await connections(app.url)).toEqual(["'self'"]);
      } finally {
        await app.stop();
      }
    },
  );
});
