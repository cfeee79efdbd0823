/** Who is signed in, for every page below: one client of the SDK for as long as it is the same person. */
import { QueryClientProvider } from '@tanstack/react-query';
import { createContext, useContext, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, Outlet, useLocation } from 'react-router';
import { createClient, type Client, type Me } from '../../client/index.ts';
import { indexedDbStore } from '../../client/offline.ts';
import type { Language } from '../language/language.ts';
import { createQueries } from '../queries.ts';
import type { Identity } from './identity.ts';

export interface SignedIn {
  client: Client;
  me: Me;
  signOut(): void;
}

const IdentityContext = createContext<Identity | null>(null);
const SignedInContext = createContext<SignedIn | null>(null);

export function IdentityProvider({ identity, children }: { identity: Identity; children: ReactNode }) {
  return <IdentityContext value={identity}>{children}</IdentityContext>;
}

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

/** The pages inside are for those who are signed in; others sign in first, and come back to where they wanted to be. */
export function RequireSignIn() {
  const identity = useIdentity();
  const current = useSyncExternalStore(identity.subscribe, () => identity.current);
  const { pathname, search } = useLocation();
  if (current === null) return <Navigate to="/sign-in" replace state={{ wanted: pathname + search }} />;
  return <Inside key={current.me.id} identity={identity} me={current.me} />;
}

/** What one person was shown is no business of the next: client and data are theirs alone. */
function Inside({ identity, me }: { identity: Identity; me: Me }) {
  const { i18n } = useTranslation();
  const [queries] = useState(createQueries);
  const [client] = useState(() =>
    createClient({
      url: location.origin,
      token: () => identity.current?.token ?? null,
      language: () => i18n.language as Language,
      offline: indexedDbStore(),
    }),
  );
  const signedIn = useMemo(() => ({ client, me, signOut: identity.signOut }), [client, me, identity]);
  return (
    <QueryClientProvider client={queries}>
      <SignedInContext value={signedIn}>
        <Outlet />
      </SignedInContext>
    </QueryClientProvider>
  );
}

/** What somebody is called on screen. */
export function nameOf({ full_name, username }: Pick<Me, 'full_name' | 'username'>): string {
  return full_name ?? username;
}
