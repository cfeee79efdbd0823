/**
 * Where the issuer sends the browser back to. What it sent is taken once, before the page is shown, and its address does
 * not stay in the history. Then they are where they wanted to be, or on the sign-in page with what went wrong. In a
 * window of its own it is only handed over to the page that has opened it.
 */
import { Loader, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Navigate, useLoaderData } from 'react-router';
import { failureOf, type SignInFailure } from './failure.ts';
import type { Identity } from './identity.ts';
import { isAwaited } from './issuer/addresses.ts';
import { complete } from './issuer/issuer.ts';
import { handOver } from './issuer/own-window.ts';
import styles from './returning.module.css';
import { readWays } from './ways.ts';

type Returned =
  | { kind: 'in'; wanted: string }
  | { kind: 'handed_over' }
  | { kind: 'failed'; wanted: string; failure: SignInFailure };

/** What comes of the address that this window is at. */
export async function takeReturn(identity: Identity): Promise<Returned> {
  if (isAwaited(location.href)) {
    handOver(location.href);
    return { kind: 'handed_over' };
  }
  try {
    const ways = await readWays().catch(() => null);
    if (ways === null) return { kind: 'failed', wanted: '/', failure: { kind: 'server' } };
    const { oidc } = ways;
    if (oidc === null) return { kind: 'failed', wanted: '/', failure: { kind: 'stale' } };
    const { wanted, ...signed } = await complete(oidc, location.href);
    identity.signIn(signed);
    return { kind: 'in', wanted };
  } catch (error) {
    const { state } = error as { state?: { wanted?: string } };
    return { kind: 'failed', wanted: state?.wanted ?? '/', failure: failureOf(error) };
  }
}

export function Returned() {
  const { t } = useTranslation('signingIn');
  const returned = useLoaderData<Returned>();
  if (returned.kind === 'in') return <Navigate to={returned.wanted} replace />;
  if (returned.kind === 'failed') {
    const { wanted, failure } = returned;
    return <Navigate to="/sign-in" replace state={{ wanted, failure }} />;
  }
  return (
    <main className={styles.page}>
      <Text>{t('handedOver')}</Text>
    </main>
  );
}

/** What is shown until the issuer and the server have answered; for a moment nothing, so that quick answers do not flash. */
export function Returning() {
  const { t } = useTranslation('signingIn');
  return (
    <main className={styles.page} aria-label={t('returning')}>
      <Loader className={styles.late} />
    </main>
  );
}
