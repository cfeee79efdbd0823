/**
 * What is mine, those that people were drawing in when the page was opened on top. It is shown once all of it is there,
 * and keeps its order: nothing moves under a hand that is about to press.
 */
import { Button, Select, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SessionEntry } from '../../client/index.ts';
import { useSignedIn } from '../identity/signed-in.tsx';
import { allOf, workspacesOf } from '../queries.ts';
import styles from './home-page.module.css';
import { NewDiagram } from './new-diagram.tsx';
import { Reading, TryAgain } from './not-read.tsx';
import { diagramsOf, ThreatModelCard } from './threat-model-card.tsx';

const ALL = 'all';
const PERSONAL = 'personal';
/** How soon somebody who begins to draw elsewhere is seen here, ms. */
const LOOK_EVERY = 5000;
/** Threat models that are shown at once; the diagrams of each are another request. */
const AT_ONCE = 20;

export function HomePage() {
  const { t } = useTranslation('entry');
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const [place, setPlace] = useState(ALL);
  const [isMaking, make] = useState(false);
  const [most, showMost] = useState(AT_ONCE);
  const models = useQuery({
    queryKey: ['threat-models'],
    queryFn: ({ signal }) => allOf(client.threatModels.list, signal),
  });
  const { data: sessions = [], isFetchedAfterMount: isLiveKnown } = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => client.sessions.mine({ signal }),
    refetchInterval: LOOK_EVERY,
    staleTime: 0,
  });
  const { data: workspaces = [], isFetched: arePlacesKnown } = useQuery(workspacesOf(client));
  const [first, putFirst] = useState<ReadonlySet<string> | null>(null);
  if (isLiveKnown && first === null) putFirst(liveIn(sessions));
  const all = models.data ?? [];
  const inPlace = all.filter(({ workspace_id }) => place === ALL || (workspace_id ?? PERSONAL) === place);
  const ordered = [...inPlace.filter(({ id }) => first?.has(id)), ...inPlace.filter(({ id }) => !first?.has(id))];
  const wanted = ordered.slice(0, most).map(({ id }) => id);
  /** Those whose diagrams have been asked for; while more are, those that were shown before stay. */
  const { data: asked, isPlaceholderData: isAsking } = useQuery({
    queryKey: ['home', wanted],
    async queryFn() {
      await Promise.all(wanted.map((id) => queries.prefetchQuery(diagramsOf(client, id))));
      return wanted;
    },
    enabled: models.isFetched && first !== null,
    placeholderData: keepPreviousData,
  });
  const shown = ordered.slice(0, most).filter(({ id }) => asked?.includes(id));
  const isKnown = asked !== undefined && arePlacesKnown;
  const places = [
    { value: ALL, label: t('all') },
    ...workspaces.map(({ id, name }) => ({ value: id, label: name })),
    { value: PERSONAL, label: t('personal') },
  ];
  return (
    <>
      <div className={styles.top}>
        <Title order={1} size={24} className={styles.title}>
          {t('diagrams')}
        </Title>
        <Button leftSection={<IconPlus size={18} />} onClick={() => make(true)}>
          {t('newDiagram')}
        </Button>
      </div>
      {!isKnown && <Reading />}
      <div className={styles.columns} hidden={!isKnown}>
        {workspaces.length > 0 && (
          <aside className={styles.places}>
            <nav className={styles.wide} aria-label={t('workspaces')}>
              {places.map(({ value, label }) => (
                <button key={value} type="button" aria-pressed={value === place} onClick={() => setPlace(value)}>
                  {label}
                </button>
              ))}
            </nav>
            <Select
              className={styles.narrow ?? ''}
              aria-label={t('workspaces')}
              allowDeselect={false}
              data={places}
              value={place}
              onChange={(value) => value && setPlace(value)}
            />
          </aside>
        )}
        <div className={styles.models}>
          {models.isError && <TryAgain again={() => void models.refetch()} />}
          {models.isSuccess && inPlace.length === 0 && (
            <div className={styles.empty}>
              <Text fw={600}>{t('nothingHere')}</Text>
              <Text size="sm" c="dimmed" maw={360}>
                {t('nothingHereText')}
              </Text>
              <Button variant="light" mt={8} onClick={() => make(true)}>
                {t('newDiagram')}
              </Button>
            </div>
          )}
          {shown.map((model) => (
            <ThreatModelCard key={model.id} model={model} sessions={sessions} />
          ))}
          {(isAsking || ordered.length > most) && (
            <Button variant="subtle" loading={isAsking} onClick={() => showMost(most + AT_ONCE)}>
              {t('showMore')}
            </Button>
          )}
        </div>
      </div>
      <NewDiagram opened={isMaking} close={() => make(false)} models={all} workspaces={workspaces} />
    </>
  );
}

/** The threat models that people draw in. */
function liveIn(sessions: readonly SessionEntry[]): Set<string> {
  return new Set(
    sessions.filter(({ participants }) => participants.length > 0).map((session) => session.threat_model_id),
  );
}
