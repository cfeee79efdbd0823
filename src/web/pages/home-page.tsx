/** What is mine, and where people draw right now. */
import { Anchor, Button, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { nameOf, useSignedIn } from '../identity/signed-in.tsx';

export function HomePage() {
  const { t } = useTranslation('entry');
  const { client, me, signOut } = useSignedIn();
  const { data: diagrams = [] } = useQuery({
    queryKey: ['diagrams of everything'],
    queryFn: async ({ signal }) => {
      const { data: models } = await client.threatModels.list({ signal });
      const pages = await Promise.all(models.map(({ id }) => client.diagrams.list(id, { signal })));
      return pages.flatMap(({ data }) => data);
    },
  });
  return (
    <Stack component="main" maw={720} mx="auto" p={24} gap={16}>
      <Title order={1}>Roundtable</Title>
      <Text>{nameOf(me)}</Text>
      {diagrams.map((diagram) => (
        <Anchor
          key={diagram.id}
          component={Link}
          to={`/threat-models/${diagram.threat_model_id}/diagrams/${diagram.id}`}
        >
          {diagram.name}
        </Anchor>
      ))}
      <Button variant="default" onClick={signOut}>
        {t('signOut')}
      </Button>
    </Stack>
  );
}
