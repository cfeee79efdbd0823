/** Why somebody was not signed in, told from what the protocol, the SDK and the browser throw. */
import { ErrorResponse, ErrorTimeout, InMemoryWebStorage, OidcClient, WebStorageStateStore } from 'oidc-client-ts';
import { expect, it } from 'vitest';
import { RoundtableError } from '../../../src/client/index.ts';
import { failureOf, isFinal } from '../../../src/web/identity/failure.ts';

const said = (error: string) => new ErrorResponse({ error });

/** What the protocol's library says of an answer. */
async function thrownFor(query: string): Promise<unknown> {
  const client = new OidcClient({
    authority: 'https://issuer.example',
    client_id: 'page',
    redirect_uri: 'https://page.example/back',
    stateStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
  });
  return client.processSigninResponse(`https://page.example/back?${query}`).catch((error: unknown) => error);
}

it('WE9 who turned it down, or was turned down, is told so', () => {
  expect(failureOf(said('access_denied'))).toEqual({ kind: 'denied' });
});

it('WE9 an issuer that does not answer, may not be called, or is in trouble itself is unreachable', () => {
  for (const error of [
    new TypeError('Failed to fetch'),
    new ErrorTimeout('Network timed out'),
    new Error('Service Unavailable (503)'),
    said('temporarily_unavailable'),
    said('server_error'),
  ])
    expect(failureOf(error), String(error)).toEqual({ kind: 'unreachable' });
});

it('WE9 an answer that this window did not ask for is stale, in the words that the library has for it', async () => {
  for (const query of ['code=c&state=unknown', 'code=c', 'error=access_denied&state=unknown'])
    expect(failureOf(await thrownFor(query)), query).toEqual({ kind: 'stale' });
});

it('WE9 our own server is told apart from the issuer: it takes no such token, or does not answer', () => {
  const answered = (code: 'unauthenticated' | 'unreachable' | 'internal', status: number) =>
    failureOf(new RoundtableError({ code, status, message: 'Failed to fetch' }));
  expect(answered('unauthenticated', 401)).toEqual({ kind: 'notTaken' });
  expect(answered('unreachable', 0)).toEqual({ kind: 'server' });
  expect(answered('internal', 500)).toEqual({ kind: 'server' });
});

it('WE9 what is set up wrongly is named, to whoever can mend it', () => {
  expect(failureOf(said('invalid_client'))).toEqual({ kind: 'failed', code: 'invalid_client' });
  expect(failureOf(new Error('Not Found (404)'))).toEqual({ kind: 'failed', code: 'Not Found (404)' });
  expect(failureOf(new Error('No authority or metadataUrl configured'))).toMatchObject({ kind: 'failed' });
  expect(failureOf('thrown')).toEqual({ kind: 'failed', code: '' });
});

it('WE10 what the issuer itself refuses is final; what passes, and no answer of its own, is not', () => {
  for (const code of ['invalid_grant', 'invalid_client', 'unauthorized_client', 'invalid_scope', 'access_denied'])
    expect(isFinal(said(code)), code).toBe(true);
  for (const error of [
    said('temporarily_unavailable'),
    said('server_error'),
    new TypeError('Failed to fetch'),
    new ErrorTimeout('Network timed out'),
    new Error('Service Unavailable (503)'),
    undefined,
  ])
    expect(isFinal(error), String(error)).toBe(false);
});
