/** Who is signed in, for the pages that ask. */
import { createContext, useContext, type ReactNode } from 'react';
import type { Client, Me } from '../../client/index.ts';
import type { Identity } from './identity.ts';
import type { Renewal } from './renewal.ts';

export interface SignedIn {
  client: Client;
  me: Me;
  renewal: Renewal;
  signOut(): void;
}

const IdentityContext = createContext<Identity | null>(null);
const SignedInContext = createContext<SignedIn | null>(null);

export function IdentityProvider({ identity, children }: { identity: Identity; children: ReactNode }) {
  return <IdentityContext value={identity}>{children}</IdentityContext>;
}

export const SignedInProvider = SignedInContext.Provider;

/** For the pages that sign in. */
export function useIdentity(): Identity {
  const identity = useContext(IdentityContext);
  if (identity === null) throw new Error('there is no IdentityProvider');
  return identity;
}

/** For every page inside: the client, and whose it is. */
export function useSignedIn(): SignedIn {
  const signedIn = useContext(SignedInContext);
  if (signedIn === null) throw new Error('this page is not inside RequireSignIn');
  return signedIn;
}

/** What somebody is called on screen. */
export function nameOf({ full_name, username }: Pick<Me, 'full_name' | 'username'>): string {
  return full_name ?? username;
}
