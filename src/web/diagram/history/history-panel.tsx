/** The versions of a diagram: those that were kept by themselves and those that somebody named. */
import { Button, Loader, Text, TextInput } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Version } from '../../../client/index.ts';
import { useDiagramState } from '../../../client/react/index.ts';
import { lookingAway } from '../looking-away.ts';
import { useNameOf, useOpenDiagram } from '../open-diagram.ts';
import { Panel } from '../panel.tsx';
import { momentOf } from '../../times.ts';
import { isBeforeRestoring } from './before-restoring.ts';
import styles from './history.module.css';

interface HistoryPanelProps {
  close(): void;
  /** The version that is shown in place of the canvas. */
  previewed: Version | null;
  preview(version: Version | null): void;
}

export function HistoryPanel({ close, previewed, preview }: HistoryPanelProps) {
  const { t } = useTranslation('room');
  const { client, diagram, place } = useOpenDiagram();
  const writer = useDiagramState(diagram, ({ permissions }) => permissions === 'writer');
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['versions', place],
    queryFn: ({ pageParam, signal }) =>
      client.diagrams.versions.list(place, { signal, ...(pageParam !== null && { cursor: pageParam }) }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: 60_000,
  });
  const versions = data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Panel title={t('history')} close={close} footer={writer && <KeepForm />}>
      {isPending && <Loader size="sm" mx="auto" my={24} />}
      {error && (
        <div className={styles.empty}>
          <Text size="sm">{t('versionsFailed')}</Text>
          <Button variant="default" size="compact-sm" onClick={() => void refetch()}>
            {t('again')}
          </Button>
        </div>
      )}
      {data && versions.length === 0 && (
        <div className={styles.empty}>
          <Text fw={600}>{t('noVersions')}</Text>
          <Text size="sm" c="dimmed">
            {t('noVersionsText')}
          </Text>
        </div>
      )}
      <ul className={styles.versions}>
        {versions.map((version) => (
          <VersionRow
            key={version.id}
            version={version}
            isShown={version.id === previewed?.id}
            show={() => preview(version.id === previewed?.id ? null : version)}
          />
        ))}
      </ul>
      {hasNextPage && (
        <Button variant="subtle" size="sm" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('olderVersions')}
        </Button>
      )}
    </Panel>
  );
}

function VersionRow({ version, isShown, show }: { version: Version; isShown: boolean; show(): void }) {
  const { t, i18n } = useTranslation('room');
  const name = useNameOf(version.author);
  const moment = momentOf(version.created_at, i18n.language);
  const called = isBeforeRestoring(version.name) ? t('beforeRestoring') : version.name;
  const author = version.author === null ? t('keptAutomatically') : t('keptBy', { name });
  return (
    <li>
      <button type="button" className={styles.version} aria-pressed={isShown} onClick={show}>
        <span className={styles.name}>{called ?? moment}</span>
        <span className={styles.quiet}>{version.name === null ? author : `${moment} · ${author}`}</span>
      </button>
    </li>
  );
}

function KeepForm() {
  const { t } = useTranslation('room');
  const { client, diagram, place } = useOpenDiagram();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const keep = useMutation({
    mutationFn: () => lookingAway(diagram, client.diagrams.versions.keep(place, name.trim())),
    onSuccess: () => setName(''),
    onSettled: () => queries.invalidateQueries({ queryKey: ['versions', place] }),
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (name.trim() !== '') keep.mutate();
  }
  return (
    <form className={styles.keep} onSubmit={submit}>
      <TextInput
        size="sm"
        flex={1}
        aria-label={t('versionName')}
        placeholder={t('nameThis')}
        maxLength={200}
        value={name}
        readOnly={keep.isPending}
        error={keep.isError && t('notDone')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" size="sm" disabled={name.trim() === ''} loading={keep.isPending}>
        {t('keep')}
      </Button>
    </form>
  );
}
