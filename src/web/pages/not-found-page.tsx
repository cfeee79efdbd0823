/** An address that leads nowhere. */
import { Button, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import styles from './sign-in-page.module.css';

export function NotFoundPage() {
  const { t } = useTranslation('entry');
  return (
    <main className={styles.page}>
      <div className={styles.column}>
        <Title order={1} size={22}>
          {t('notFoundTitle')}
        </Title>
        <Text c="dimmed">{t('notFoundText')}</Text>
        <Button component={Link} to="/" mt={16}>
          {t('home')}
        </Button>
      </div>
    </main>
  );
}
