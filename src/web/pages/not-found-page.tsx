/** An address that leads nowhere. */
import { Anchor, Stack, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

export function NotFoundPage() {
  const { t } = useTranslation('entry');
  return (
    <Stack component="main" maw={480} mx="auto" p={24}>
      <Title order={1}>404</Title>
      <Anchor component={Link} to="/">
        {t('home')}
      </Anchor>
    </Stack>
  );
}
