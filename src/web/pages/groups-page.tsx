/** The groups that I own or have joined. */
import { Button, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useSignedIn } from '../identity/signed-in.tsx';
import styles from './home-page.module.css';
import { NameDialog } from './name-dialog.tsx';

export function GroupsPage() {
  const { t } = useTranslation('people');
  const { client, me } = useSignedIn();
  const queries = useQueryClient();
  const [isMaking, make] = useState(false);
  const { data: groups, isSuccess } = useQuery({
    queryKey: ['groups'],
    queryFn: async ({ signal }) => (await client.groups.list({ signal, limit: 100 })).data,
  });
  return (
    <>
      <div className={styles.top}>
        <Title order={1} size={24} className={styles.title}>
          {t('groups')}
        </Title>
        <Button leftSection={<IconPlus size={18} />} onClick={() => make(true)}>
          {t('newGroup')}
        </Button>
      </div>
      {isSuccess && groups.length === 0 && (
        <div className={styles.empty}>
          <Text fw={600}>{t('noGroups')}</Text>
          <Text size="sm" c="dimmed">
            {t('noGroupsText')}
          </Text>
        </div>
      )}
      {isSuccess && groups.length > 0 && (
        <ul className={`${styles.diagrams} ${styles.card}`}>
          {groups.map(({ id, name, owner_id }) => (
            <li key={id} className={styles.diagram}>
              <Link to={`/groups/${id}`} className={styles.open}>
                <strong>{name}</strong>
                <span className={styles.quiet}>{t(owner_id === me.ulid ? 'owner' : 'member')}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      <NameDialog
        opened={isMaking}
        close={() => make(false)}
        title={t('newGroup')}
        label={t('nameOfGroup')}
        action={t('create')}
        run={async (name) => {
          await client.groups.create({ name });
          await queries.invalidateQueries({ queryKey: ['groups'] });
        }}
      />
    </>
  );
}
