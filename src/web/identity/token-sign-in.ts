/** Signing in with a token that somebody has already. */
import { createApi } from '../../client/index.ts';
import type { Signed } from './identity.ts';

/** @throws RoundtableError `unauthenticated` when the server does not take it */
export async function tokenSignIn(token: string): Promise<Signed> {
  return { token, me: await createApi({ url: location.origin, token }).me(), way: { kind: 'token' } };
}
