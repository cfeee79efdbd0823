/**
 * Asks to sign in again, over whatever page one is on, while something waits for a token. The page stays as it is and
 * can be worked on: what is drawn meanwhile stays on it, and is saved once somebody has signed in.
 */
import { Text } from '@mantine/core';
import { useId, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useSignedIn } from './signed-in.tsx';
import styles from './sign-in-again.module.css';
import { WaysAgain } from './ways-again.tsx';

export function SignInAgain() {
  const { t } = useTranslation('signingIn');
  const { renewal } = useSignedIn();
  const asking = useSyncExternalStore(renewal.subscribe, () => renewal.asking);
  const title = useId();
  if (!asking) return null;
  return (
    <section className={styles.card} aria-labelledby={title}>
      <div role="alert">
        <h2 id={title} className={styles.title}>
          {t('againTitle')}
        </h2>
        <Text size="sm" c="dimmed">
          {t('againText')}
        </Text>
      </div>
      <WaysAgain />
    </section>
  );
}
