/**
 * Signing in, by the ways that the server has: as a demo person, at the issuer by one button, or with a token, which
 * always works and is out of sight where there is something simpler. Nothing is shown before it is known which, so that
 * nothing moves.
 */
import { Button, Collapse, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, useSyncExternalStore, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useLocation } from 'react-router';
import { FailureNotice } from '../identity/failure-notice.tsx';
import { failureOf, type SignInFailure } from '../identity/failure.ts';
import { beginAt } from '../identity/issuer/issuer.ts';
import { useIdentity } from '../identity/signed-in.tsx';
import { TokenForm } from '../identity/token-form.tsx';
import { readWays, type IssuerClient } from '../identity/ways.ts';
import { DemoCards } from './sign-in-page-demo.tsx';
import styles from './sign-in-page.module.css';

/** What a page that leads here says: where to go on, and why it did not work before. */
type Led = { wanted?: string; failure?: SignInFailure } | null;

export function SignInPage() {
  const identity = useIdentity();
  const current = useSyncExternalStore(identity.subscribe, () => identity.current);
  const led = useLocation().state as Led;
  const wanted = led?.wanted ?? '/';
  const ways = useQuery({ queryKey: ['ways to sign in'], queryFn: readWays });
  if (current) return <Navigate to={wanted} replace />;
  if (ways.isPending) return null;
  if (ways.isError) return <Unreachable again={() => void ways.refetch()} trying={ways.isFetching} />;
  const { demo, oidc } = ways.data;
  if (!demo && !oidc) {
    return (
      <Page>
        <section className={styles.ways}>
          <TokenForm signedIn={identity.signIn} />
        </section>
      </Page>
    );
  }
  return (
    <Page>
      {oidc && <IssuerButton client={oidc} wanted={wanted} before={led?.failure ?? null} />}
      {demo && <DemoCards />}
      <MoreWays />
    </Page>
  );
}

function Page({ children }: { children: ReactNode }) {
  const { t } = useTranslation('signingIn');
  return (
    <main className={styles.page}>
      <div className={styles.column}>
        <img src="/icon.svg" alt="" width={48} height={48} />
        <Title order={1} size={28}>
          Roundtable
        </Title>
        <Text c="dimmed">{t('tagline')}</Text>
        {children}
      </div>
    </main>
  );
}

/** @param before why it did not work the last time */
function IssuerButton({
  client,
  wanted,
  before,
}: {
  client: IssuerClient;
  wanted: string;
  before: SignInFailure | null;
}) {
  const { t } = useTranslation('signingIn');
  const begin = useMutation({ mutationFn: async () => location.assign(await beginAt(client, { wanted })) });
  const failure = begin.error ? failureOf(begin.error) : before;
  return (
    <section className={styles.ways}>
      {failure && !begin.isPending && <FailureNotice failure={failure} />}
      <Button size="md" fullWidth loading={begin.isPending} onClick={() => begin.mutate()}>
        {t('signIn')}
      </Button>
    </section>
  );
}

function MoreWays() {
  const { t } = useTranslation('signingIn');
  const identity = useIdentity();
  const [more, showMore] = useState(false);
  return (
    <>
      <Button variant="subtle" size="compact-sm" aria-expanded={more} onClick={() => showMore(!more)}>
        {t('moreWays')}
      </Button>
      <Collapse expanded={more} className={styles.more}>
        <TokenForm signedIn={identity.signIn} />
      </Collapse>
    </>
  );
}

function Unreachable({ again, trying }: { again(): void; trying: boolean }) {
  const { t } = useTranslation('entry');
  return (
    <Page>
      <section className={styles.ways}>
        <FailureNotice failure={{ kind: 'server' }} />
        <Button variant="default" fullWidth loading={trying} onClick={again}>
          {t('tryAgain')}
        </Button>
      </section>
    </Page>
  );
}
