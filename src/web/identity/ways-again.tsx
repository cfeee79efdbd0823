/**
 * Signing in again where one is, as the same person and in the way that one signed in before. At an issuer that is done
 * in a window of its own; where the browser lets none open, this page itself goes there and comes back: what is not
 * saved is on this device by then, or the browser asks before it goes (`diagram/leaving.tsx`).
 */
import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '../../client/index.ts';
import { devSignIn } from './dev-sign-in.ts';
import { FailureNotice } from './failure-notice.tsx';
import { failureOf } from './failure.ts';
import type { IssuerWay, Signed } from './identity.ts';
import { stateIn } from './issuer/addresses.ts';
import { beginAt, complete } from './issuer/issuer.ts';
import { hearReturns, openWindow } from './issuer/own-window.ts';
import { nameOf, useIdentity, useSignedIn } from './signed-in.tsx';
import { TokenForm } from './token-form.tsx';
import styles from './ways-again.module.css';

/** @param done told when the page goes on */
export function WaysAgain({ done }: { done?: () => void }) {
  const { t } = useTranslation('signingIn');
  const { me, renewal, signOut } = useSignedIn();
  const way = useIdentity().current?.way;
  const [other, tellOther] = useState<Me | null>(null);
  function signedIn(next: Signed): void {
    if (renewal.goOn(next)) done?.();
    else tellOther(next.me);
  }
  return (
    <div className={styles.ways}>
      {other && (
        <Text size="sm" role="alert">
          {t('otherPerson', { other: nameOf(other), name: nameOf(me) })}
        </Text>
      )}
      {way?.kind === 'issuer' && <AtIssuer way={way} me={me} signedIn={signedIn} />}
      {way?.kind === 'demo' && <AsDemo me={me} signedIn={signedIn} />}
      {way?.kind === 'token' && <TokenForm signedIn={signedIn} />}
      <Button variant="default" onClick={signOut}>
        {t('somebodyElse')}
      </Button>
    </div>
  );
}

interface WayProps {
  me: Me;
  signedIn(next: Signed): void;
}

function AtIssuer({ way: { client }, me, signedIn }: WayProps & { way: IssuerWay }) {
  const { t } = useTranslation('signingIn');
  /** The state of the sign-in that was begun here last. */
  const awaited = useRef<string | null>(null);
  const finish = useMutation({ mutationFn: (address: string) => complete(client, address), onSuccess: signedIn });
  const begin = useMutation({
    async mutationFn() {
      finish.reset();
      const opened = openWindow();
      const wanted = location.pathname + location.search;
      try {
        const address = await beginAt(client, { wanted, again: opened !== null, email: me.email });
        awaited.current = stateIn(address);
        if (opened) opened.location.replace(address);
        else location.assign(address);
      } catch (error) {
        opened?.close();
        throw error;
      }
    },
  });
  const { mutate } = finish;
  useEffect(() => hearReturns((address) => stateIn(address) === awaited.current && mutate(address)), [mutate]);
  const error = finish.error ?? begin.error;
  return (
    <>
      {error && <FailureNotice failure={failureOf(error)} />}
      <Button loading={begin.isPending || finish.isPending} onClick={() => begin.mutate()}>
        {t('signInAgain')}
      </Button>
    </>
  );
}

function AsDemo({ me, signedIn }: WayProps) {
  const { t } = useTranslation('signingIn');
  const name = nameOf(me);
  const again = useMutation({ mutationFn: () => devSignIn({ email: me.email, name }), onSuccess: signedIn });
  return (
    <>
      {again.isError && (
        <Text size="sm" c="red" role="alert">
          {t('signInFailed')}
        </Text>
      )}
      <Button loading={again.isPending} onClick={() => again.mutate()}>
        {t('signInAgainAs', { name })}
      </Button>
    </>
  );
}
