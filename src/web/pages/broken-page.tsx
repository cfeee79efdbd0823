/** In place of a page that could not be shown. It may be of before a new version of the server: loading it anew helps. */
import { Button, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import styles from './sign-in-page.module.css';

export function BrokenPage() {
  const { t } = useTranslation('entry');
  return (
    <main className={styles.page}>
      <div className={styles.column}>
        <Title order={1} size={22}>
          {t('brokenTitle')}
        </Title>
        <Text c="dimmed">{t('brokenText')}</Text>
        <Button mt={16} onClick={() => location.reload()}>
          {t('tryAgain')}
        </Button>
        <Button component="a" href="/" variant="default">
          {t('home')}
        </Button>
      </div>
    </main>
  );
}
