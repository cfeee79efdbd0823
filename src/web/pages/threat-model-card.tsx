/** A threat model and its diagrams, with who draws there now. */
import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots, IconPencil, IconTrash, IconUserPlus } from '@tabler/icons-react';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Client, Diagram, SessionEntry, ThreatModel } from '../../client/index.ts';
import { Confirm, type Question } from '../confirm.tsx';
import { useSignedIn } from '../identity/signed-in.tsx';
import { lastErrorOf, Refused } from '../people/refused.tsx';
import { SharingDialog } from '../people/sharing-dialog.tsx';
import { allOf } from '../queries.ts';
import { stampOf } from '../times.ts';
import styles from './home-page.module.css';
import { NameDialog } from './name-dialog.tsx';

interface ThreatModelCardProps {
  model: ThreatModel;
  sessions: readonly SessionEntry[];
}

/** All diagrams in a threat model. Whoever shows them has asked for them before; what failed then is told, not asked anew. */
export function diagramsOf(client: Client, threatModelId: string) {
  return queryOptions({
    queryKey: ['diagrams', threatModelId],
    queryFn: ({ signal }) => allOf((options) => client.diagrams.list(threatModelId, options), signal),
    retryOnMount: false,
  });
}

export function ThreatModelCard({ model, sessions }: ThreatModelCardProps) {
  const { t } = useTranslation('entry');
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const [isSharing, share] = useState(false);
  const [isNaming, name] = useState(false);
  const [question, ask] = useState<Question | null>(null);
  const { data: diagrams, isFetching, refetch } = useQuery(diagramsOf(client, model.id));
  const rename = useMutation({ mutationFn: (next: string) => client.threatModels.change(model.id, { name: next }) });
  const remove = useMutation({
    mutationFn: () => client.threatModels.remove(model.id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['threat-models'] }),
  });
  const removeDiagram = useMutation({
    mutationFn: (diagramId: string) => client.diagrams.remove({ threatModelId: model.id, diagramId }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['diagrams', model.id] }),
  });
  const askToRemoveDiagram = (diagram: Diagram) =>
    ask({
      title: t('deleteModelTitle', { name: diagram.name }),
      text: t('deleteDiagramText'),
      label: t('delete'),
      danger: true,
      run: () => removeDiagram.mutate(diagram.id),
    });
  return (
    <section className={styles.card} aria-label={model.name}>
      <div className={styles.cardTop}>
        <h2>{model.name}</h2>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={t('actions', { name: model.name })}>
              <IconDots size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconUserPlus size={16} />} onClick={() => share(true)}>
              {t('share')}
            </Menu.Item>
            {model.role !== 'reader' && (
              <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => name(true)}>
                {t('rename')}
              </Menu.Item>
            )}
            {model.role === 'owner' && (
              <Menu.Item
                color="red"
                leftSection={<IconTrash size={16} />}
                onClick={() =>
                  ask({
                    title: t('deleteModelTitle', { name: model.name }),
                    text: t('deleteModelText'),
                    label: t('delete'),
                    danger: true,
                    run: () => remove.mutate(),
                  })
                }
              >
                {t('delete')}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      </div>
      <Refused error={lastErrorOf(remove, removeDiagram)} />
      <ul className={styles.diagrams}>
        {diagrams?.map((diagram) => (
          <DiagramRow
            key={diagram.id}
            diagram={diagram}
            drawing={sessions.find(({ diagram_id }) => diagram_id === diagram.id)?.participants.length ?? 0}
            remove={model.role === 'owner' ? () => askToRemoveDiagram(diagram) : null}
          />
        ))}
        {!diagrams && (
          <li className={styles.none}>
            {t('listFailed')}
            <Button variant="default" size="compact-sm" loading={isFetching} onClick={() => void refetch()}>
              {t('tryAgain')}
            </Button>
          </li>
        )}
        {diagrams?.length === 0 && <li className={styles.none}>{t('noDiagrams')}</li>}
      </ul>
      <SharingDialog threatModelId={model.id} opened={isSharing} onClose={() => share(false)} />
      <NameDialog
        opened={isNaming}
        close={() => name(false)}
        title={t('rename')}
        label={t('nameOfModel')}
        action={t('save')}
        first={model.name}
        run={async (next) => {
          await rename.mutateAsync(next);
          await queries.invalidateQueries({ queryKey: ['threat-models'] });
        }}
      />
      <Confirm question={question} close={() => ask(null)} />
    </section>
  );
}

interface DiagramRowProps {
  diagram: Diagram;
  /** How many people draw there now. */
  drawing: number;
  /** Null for whoever may not. */
  remove: (() => void) | null;
}

function DiagramRow({ diagram, drawing, remove }: DiagramRowProps) {
  const { t, i18n } = useTranslation('entry');
  const { id, name, threat_model_id, updated_at } = diagram;
  return (
    <li className={styles.diagram}>
      <Link to={`/threat-models/${threat_model_id}/diagrams/${id}`} className={styles.open}>
        <strong>{name}</strong>
        {drawing > 0 && <span className={styles.live}>{t('drawing', { count: drawing })}</span>}
        <span className={styles.quiet}>{t('changed', { time: stampOf(updated_at, i18n.language) })}</span>
      </Link>
      {remove && (
        <ActionIcon
          variant="subtle"
          color="gray"
          className={styles.rowMenu ?? ''}
          aria-label={`${t('delete')}: ${name}`}
          onClick={remove}
        >
          <IconTrash size={16} />
        </ActionIcon>
      )}
    </li>
  );
}
