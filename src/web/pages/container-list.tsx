/** A page of workspaces or of groups: those that are mine, and a way to make another. */
import { Button, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient, type UseQueryOptions } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import styles from './home-page.module.css';
import { NameDialog } from './name-dialog.tsx';
import { Reading, TryAgain } from './not-read.tsx';

interface ContainerListProps<Container> {
  title: string;
  /** The path of one is `/<kind>/<id>`. */
  kind: 'workspaces' | 'groups';
  query: Pick<UseQueryOptions<Container[], Error, Container[], string[]>, 'queryKey' | 'queryFn'>;
  /** What I am in one, in words. */
  roleIn(container: Container): string;
  empty: { title: string; text: string };
  make: { title: string; label: string; run(name: string): Promise<unknown> };
}

export function ContainerList<Container extends { id: string; name: string }>(props: ContainerListProps<Container>) {
  const { title, kind, query, roleIn, empty, make } = props;
  const { t } = useTranslation('people');
  const queries = useQueryClient();
  const [isMaking, setMaking] = useState(false);
  const { data: containers, isPending, isError, refetch } = useQuery(query);
  return (
    <>
      <div className={styles.top}>
        <Title order={1} size={24} className={styles.title}>
          {title}
        </Title>
        <Button leftSection={<IconPlus size={18} />} onClick={() => setMaking(true)}>
          {make.title}
        </Button>
      </div>
      {isError && <TryAgain again={() => void refetch()} />}
      {isPending && <Reading />}
      {containers?.length === 0 && (
        <div className={styles.empty}>
          <Text fw={600}>{empty.title}</Text>
          <Text size="sm" c="dimmed">
            {empty.text}
          </Text>
        </div>
      )}
      {containers && containers.length > 0 && (
        <ul className={`${styles.diagrams} ${styles.card}`}>
          {containers.map((container) => (
            <li key={container.id} className={styles.diagram}>
              <Link to={`/${kind}/${container.id}`} className={styles.open}>
                <strong>{container.name}</strong>
                <span className={styles.quiet}>{roleIn(container)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      <NameDialog
        opened={isMaking}
        close={() => setMaking(false)}
        title={make.title}
        label={make.label}
        action={t('create')}
        run={async (name) => {
          await make.run(name);
          await queries.invalidateQueries({ queryKey: query.queryKey });
        }}
      />
    </>
  );
}
