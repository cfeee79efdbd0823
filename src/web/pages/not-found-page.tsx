/** An address that leads nowhere. */
import { Button, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import styles from './sign-in-page.module.css';

export function NotFoundPage() {
  return (
    <main>
      <NotFound />
    </main>
  );
}

/** The same within a page. */
export function NotFound() {
  const { t } = useTranslation('entry');
  return (
    <div className={styles.page}>
      <div className={styles.column}>
        <Title order={1} size={22}>
          {t('notFoundTitle')}
        </Title>
        <Text c="dimmed">{t('notFoundText')}</Text>
        <Button component={Link} to="/" mt={16}>
          {t('home')}
        </Button>
      </div>
    </div>
  );
}
