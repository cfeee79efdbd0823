/** My workspaces. */
import { Button, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useSignedIn } from '../identity/signed-in.tsx';
import styles from './home-page.module.css';
import { NameDialog } from './name-dialog.tsx';

export function WorkspacesPage() {
  const { t } = useTranslation('people');
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const [isMaking, make] = useState(false);
  const { data: workspaces, isSuccess } = useQuery({
    queryKey: ['workspaces'],
    queryFn: async ({ signal }) => (await client.workspaces.list({ signal, limit: 100 })).data,
  });
  return (
    <>
      <div className={styles.top}>
        <Title order={1} size={24} className={styles.title}>
          {t('workspaces')}
        </Title>
        <Button leftSection={<IconPlus size={18} />} onClick={() => make(true)}>
          {t('newWorkspace')}
        </Button>
      </div>
      {isSuccess && workspaces.length === 0 && (
        <div className={styles.empty}>
          <Text fw={600}>{t('noWorkspaces')}</Text>
          <Text size="sm" c="dimmed">
            {t('noWorkspacesText')}
          </Text>
        </div>
      )}
      {isSuccess && workspaces.length > 0 && (
        <ul className={`${styles.diagrams} ${styles.card}`}>
          {workspaces.map(({ id, name, role }) => (
            <li key={id} className={styles.diagram}>
              <Link to={`/workspaces/${id}`} className={styles.open}>
                <strong>{name}</strong>
                <span className={styles.quiet}>{t(role)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      <NameDialog
        opened={isMaking}
        close={() => make(false)}
        title={t('newWorkspace')}
        label={t('nameOfWorkspace')}
        action={t('create')}
        run={async (name) => {
          await client.workspaces.create({ name });
          await queries.invalidateQueries({ queryKey: ['workspaces'] });
        }}
      />
    </>
  );
}
