/**
 * A version in place of the canvas: how the diagram was, with a way back and, for writers, a way to make it so again.
 * Restoring is an edit (DO6); what is there now is kept under a name first.
 */
import { Button, Loader, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Version } from '../../../client/index.ts';
import { useDiagramState } from '../../../client/react/index.ts';
import { Preview } from '../../editor/preview.tsx';
import { Confirm, type Question } from '../../confirm.tsx';
import { lookingAway } from '../looking-away.ts';
import { useSay } from '../notices/saying.ts';
import { useOpenDiagram } from '../open-diagram.ts';
import { momentOf } from '../../times.ts';
import { isBeforeRestoring } from './before-restoring.ts';
import styles from './history.module.css';

export function PreviewStage({ version, close }: { version: Version; close(): void }) {
  const { t, i18n } = useTranslation('room');
  const { client, diagram, place } = useOpenDiagram();
  const queries = useQueryClient();
  const say = useSay();
  const writer = useDiagramState(diagram, ({ permissions }) => permissions === 'writer');
  const [question, ask] = useState<Question | null>(null);
  const moment = momentOf(version.created_at, i18n.language);
  const called = isBeforeRestoring(version.name) ? t('beforeRestoring') : version.name;
  const named = called === null ? moment : `${called}, ${moment}`;
  const { data, isError } = useQuery({
    queryKey: ['version', version.id],
    queryFn: ({ signal }) => client.diagrams.versions.get(place, version.id, { signal }),
    staleTime: Infinity,
  });
  const restore = useMutation({
    async mutationFn() {
      await client.diagrams.versions.keep(place, t('beforeRestoring'));
      await client.diagrams.versions.restore(place, version.id);
    },
    onSuccess() {
      void lookingAway(diagram, Promise.resolve());
      say(t('restored', { version: named }));
      close();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['versions', place] }),
  });
  const askToRestore = () =>
    ask({
      title: t('restoreTitle'),
      text: t('restoreText', { version: named }),
      label: t('restore'),
      run: () => restore.mutate(),
    });
  return (
    <div className={styles.stage}>
      <div className={styles.banner} role="status">
        <Text size="sm" fw={600} className={styles.grow}>
          {restore.isError ? t('notRestored') : t('previewing', { version: named })}
        </Text>
        <Button size="compact-sm" variant="default" onClick={close}>
          {t('backToNow')}
        </Button>
        {writer && (
          <Button size="compact-sm" disabled={!data} loading={restore.isPending} onClick={askToRestore}>
            {t('restore')}
          </Button>
        )}
      </div>
      <div className={styles.preview}>
        {data && <Preview cells={data.cells} />}
        {isError && <Text m={24}>{t('previewFailed')}</Text>}
        {!data && !isError && <Loader m={24} />}
      </div>
      <Confirm question={question} close={() => ask(null)} />
    </div>
  );
}
