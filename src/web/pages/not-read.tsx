/** In place of what is not there yet, or could not be read: then that there is no such thing, or a way to try again. */
import { Button, Loader, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { RoundtableError } from '../../client/index.ts';
import styles from './home-page.module.css';
import { NotFound } from './not-found-page.tsx';

export function NotRead({ error, again }: { error: unknown; again(): void }) {
  if (isNowhere(error)) return <NotFound />;
  return <TryAgain again={again} />;
}

export function TryAgain({ again }: { again(): void }) {
  const { t } = useTranslation('entry');
  return (
    <div className={styles.empty} role="alert">
      <Text>{t('listFailed')}</Text>
      <Button variant="default" onClick={again}>
        {t('tryAgain')}
      </Button>
    </div>
  );
}

/** For a moment nothing, so that a quick answer does not flash. */
export function Reading() {
  const { t } = useTranslation('entry');
  return (
    <div className={styles.reading} role="status" aria-label={t('reading')}>
      <Loader />
    </div>
  );
}

/** Whether there is nothing, or nothing that is open to me; which of the two is not mine to know. */
export function isNowhere(error: unknown): boolean {
  return error instanceof RoundtableError && ['not_found', 'forbidden', 'invalid'].includes(error.code);
}
