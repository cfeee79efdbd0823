/**
 * OpenID Connect by the authorization code flow with PKCE: this page is a public client of the issuer and has no
 * secret. Signing in begins with an address at the issuer and ends with an address of ours that the issuer sends the
 * browser to (`RETURN_PATH`); in between, the state and the verifier are kept in this window's session storage, so that
 * an answer is taken only in the window that asked, and once. The access token is what our server is sent.
 *
 * Renewing goes by the refresh token, never by a hidden frame: browsers keep from those the cookies that it would need.
 * The library checks state, nonce and verifier; loading it is left to who needs it (`issuer.ts`).
 */
import { OidcClient, WebStorageStateStore, type RefreshState, type SigninResponse } from 'oidc-client-ts';
import { createApi } from '../../../client/index.ts';
import { isFinal } from '../failure.ts';
import type { IssuerWay, Signed } from '../identity.ts';
import type { Refreshed } from '../renewal.ts';
import type { IssuerClient } from '../ways.ts';
import { AGAIN, RETURN_PATH } from './addresses.ts';

/** How long the issuer may take to answer, seconds. */
const PATIENCE = 10;

export interface Beginning {
  /** Where in the page they go on. */
  wanted: string;
  /** In a window of its own, which hands what comes back to the page that has opened it. */
  again?: boolean;
  /** Whom the issuer should offer. */
  email?: string;
}

function clientOf({ issuer, client_id, scope, parameters }: IssuerClient): OidcClient {
  return new OidcClient({
    authority: issuer,
    client_id,
    scope,
    redirect_uri: location.origin + RETURN_PATH,
    post_logout_redirect_uri: `${location.origin}/sign-in`,
    extraQueryParams: parameters,
    extraTokenParams: parameters,
    requestTimeoutInSeconds: PATIENCE,
    stateStore: new WebStorageStateStore({ prefix: 'roundtable.issuer.', store: sessionStorage }),
  });
}

/** Where at the issuer one signs in. @throws when it does not answer */
export async function beginAt(client: IssuerClient, { wanted, again = false, email }: Beginning): Promise<string> {
  const { url } = await clientOf(client).createSigninRequest({
    state: { wanted },
    ...(again && { url_state: AGAIN }),
    ...(email !== undefined && { login_hint: email }),
  });
  return url;
}

/**
 * Takes what the issuer sent back, and asks our server who that is.
 * @param address with the code, or the issuer's error, in its query
 * @throws ErrorResponse of the issuer, with what was begun in its `state`; RoundtableError of our server
 */
export async function complete(client: IssuerClient, address: string): Promise<Signed & { wanted: string }> {
  const response = await clientOf(client).processSigninResponse(address);
  const { token, way } = read(response, client, null);
  const me = await createApi({ url: location.origin, token }).me();
  return { token, way, me, wanted: (response.userState as Beginning).wanted };
}

/** @returns null if the issuer takes the refresh token no more; @throws when it does not answer */
export async function refresh(way: IssuerWay): Promise<Refreshed | null> {
  const { client, refreshToken, idToken, scope } = way;
  if (refreshToken === null) return null;
  const state: RefreshState = {
    refresh_token: refreshToken,
    ...(idToken !== null && { id_token: idToken }),
    scope,
    profile: {} as RefreshState['profile'], // whose it is our server says
    session_state: null,
  };
  try {
    const response = await clientOf(client).useRefreshToken({ state, extraTokenParams: client.parameters });
    return read(response, client, way);
  } catch (error) {
    if (isFinal(error)) return null;
    throw error;
  }
}

/** Where at the issuer the session ends, which then leads back to us; null if it has no such place. */
export async function endAt({ client, idToken }: IssuerWay): Promise<string | null> {
  const oidc = clientOf(client);
  if ((await oidc.metadataService.getEndSessionEndpoint()) === undefined) return null;
  const { url } = await oidc.createSignoutRequest({ ...(idToken !== null && { id_token_hint: idToken }) });
  return url;
}

/** @param before what is kept where the answer to a renewal leaves it out */
function read(response: SigninResponse, client: IssuerClient, before: IssuerWay | null): Refreshed {
  const { access_token, refresh_token, id_token, scope, expires_in } = response;
  return {
    token: access_token,
    way: {
      kind: 'issuer',
      client,
      scope: scope ?? client.scope,
      refreshToken: refresh_token ?? before?.refreshToken ?? null,
      idToken: id_token ?? before?.idToken ?? null,
      expiresAt: expires_in === undefined ? null : Date.now() + expires_in * 1000,
    },
  };
}
