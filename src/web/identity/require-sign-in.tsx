/** The pages inside are for those who are signed in; others sign in first, and come back to where they wanted to be. */
import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, Outlet, useLocation } from 'react-router';
import { createClient, type Me } from '../../client/index.ts';
import { indexedDbStore } from '../../client/offline.ts';
import type { Language } from '../language/language.ts';
import { createQueries } from '../queries.ts';
import type { Identity } from './identity.ts';
import { prepare, refresh } from './issuer/issuer.ts';
import { createRenewal } from './renewal.ts';
import { SignInAgain } from './sign-in-again.tsx';
import { SignedInProvider, useIdentity } from './signed-in.tsx';

export function RequireSignIn() {
  const identity = useIdentity();
  const current = useSyncExternalStore(identity.subscribe, () => identity.current);
  const { pathname, search } = useLocation();
  if (current === null) return <Navigate to="/sign-in" replace state={{ wanted: pathname + search }} />;
  return <Inside key={current.me.id} identity={identity} me={current.me} />;
}

/** What one person was shown is no business of the next: client, data and tokens are theirs alone. */
function Inside({ identity, me }: { identity: Identity; me: Me }) {
  const { i18n } = useTranslation();
  const [queries] = useState(createQueries);
  const [renewal] = useState(() => createRenewal({ identity, me, refresh, now: Date.now }));
  const [client] = useState(() =>
    createClient({
      url: location.origin,
      token: renewal.token,
      language: () => i18n.language as Language,
      offline: indexedDbStore(),
    }),
  );
  const way = identity.current?.way.kind;
  useEffect(() => {
    if (way === 'issuer') prepare();
  }, [way]);
  const signedIn = useMemo(() => ({ client, me, renewal, signOut: identity.signOut }), [client, me, renewal, identity]);
  return (
    <QueryClientProvider client={queries}>
      <SignedInProvider value={signedIn}>
        <Outlet />
        <SignInAgain />
      </SignedInProvider>
    </QueryClientProvider>
  );
}
