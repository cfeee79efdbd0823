/** Signing in: as a demo person where the server lets everybody, or with a token. */
import { Button, Collapse, Text, Textarea, Title, UnstyledButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, useSyncExternalStore, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useLocation } from 'react-router';
import { RoundtableError } from '../../client/index.ts';
import { demoPeople } from '../identity/demo-people.ts';
import { devSignIn } from '../identity/dev-sign-in.ts';
import { useIdentity } from '../identity/signed-in.tsx';
import { tokenSignIn } from '../identity/token-sign-in.ts';
import styles from './sign-in-page.module.css';

export function SignInPage() {
  const { t } = useTranslation('entry');
  const identity = useIdentity();
  const current = useSyncExternalStore(identity.subscribe, () => identity.current);
  const { state } = useLocation() as { state: { wanted?: string } | null };
  const demo = useMutation({ mutationFn: devSignIn, onSuccess: identity.signIn });
  const [more, showMore] = useState(false);
  if (current) return <Navigate to={state?.wanted ?? '/'} replace />;
  return (
    <main className={styles.page}>
      <div className={styles.column}>
        <img src="/icon.svg" alt="" width={48} height={48} />
        <Title order={1} size={28}>
          Roundtable
        </Title>
        <Text c="dimmed">{t('tagline')}</Text>
        <section className={styles.cards} aria-label={t('chooseWhoYouAre')}>
          <h2 className={styles.heading}>{t('chooseWhoYouAre')}</h2>
          {demoPeople.map(({ email, name, may }) => (
            <UnstyledButton
              key={email}
              className={styles.card}
              aria-label={name}
              disabled={demo.isPending}
              onClick={() => demo.mutate({ email, name })}
            >
              <span className={styles.initials} aria-hidden>
                {name.split(' ').map(([first]) => first)}
              </span>
              <span className={styles.who}>
                <strong>{name}</strong>
                <span>{t(`demo_${may}`)}</span>
              </span>
            </UnstyledButton>
          ))}
          {demo.error && (
            <Text size="sm" c="red" role="alert">
              {demo.error.message || t('signInFailed')}
            </Text>
          )}
          <Text size="xs" c="dimmed">
            {t('demoNote')}
          </Text>
        </section>
        <Button variant="subtle" size="compact-sm" aria-expanded={more} onClick={() => showMore(!more)}>
          {t('moreWays')}
        </Button>
        <Collapse expanded={more} className={styles.cards}>
          <TokenForm />
        </Collapse>
      </div>
    </main>
  );
}

function TokenForm() {
  const { t } = useTranslation('entry');
  const identity = useIdentity();
  const [token, setToken] = useState('');
  const signIn = useMutation({ mutationFn: tokenSignIn, onSuccess: identity.signIn });
  const isRefused = signIn.error instanceof RoundtableError && signIn.error.code === 'unauthenticated';
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (token.trim() !== '') signIn.mutate(token.trim());
  }
  return (
    <form onSubmit={submit} className={styles.form}>
      <Textarea
        label={t('token')}
        description={t('tokenHint')}
        rows={3}
        spellCheck={false}
        autoComplete="off"
        value={token}
        error={signIn.isError && t(isRefused ? 'tokenRefused' : 'signInFailed')}
        onChange={(event) => setToken(event.currentTarget.value)}
      />
      <Button type="submit" fullWidth disabled={token.trim() === ''} loading={signIn.isPending}>
        {t('tokenSignIn')}
      </Button>
    </form>
  );
}
