/** A field for a token that somebody has already. */
import { Button, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { RoundtableError } from '../../client/index.ts';
import type { Signed } from './identity.ts';
import styles from './token-form.module.css';
import { tokenSignIn } from './token-sign-in.ts';

export function TokenForm({ signedIn }: { signedIn(next: Signed): void }) {
  const { t } = useTranslation('signingIn');
  const [token, setToken] = useState('');
  const signIn = useMutation({ mutationFn: tokenSignIn, onSuccess: signedIn });
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
        {t('signIn')}
      </Button>
    </form>
  );
}
