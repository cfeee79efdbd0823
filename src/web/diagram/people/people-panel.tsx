/** Who is here, with what they may do; and for the host, what to do about it (CS8). */
import { Button, Text } from '@mantine/core';
import { IconDoorExit } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDiagramState, useParticipants } from '../../../client/react/index.ts';
import { Confirm, type Question } from '../../confirm.tsx';
import { useOpenDiagram } from '../open-diagram.ts';
import { Panel } from '../panel.tsx';
import { timeOf } from '../../times.ts';
import { useEnding } from './ending-question.ts';
import styles from './people-panel.module.css';
import { PersonRow } from './person-row.tsx';

export function PeoplePanel({ close }: { close(): void }) {
  const { t, i18n } = useTranslation('room');
  const { diagram } = useOpenDiagram();
  const { participants, me, hosting } = useParticipants(diagram);
  const requests = useDiagramState(diagram, (state) => state.presenterRequests);
  const since = useDiagramState(diagram, ({ session }) => session?.started_at ?? null);
  const [question, ask] = useState<Question | null>(null);
  const ending = useEnding();
  const footer = hosting && (
    <Button fullWidth variant="default" leftSection={<IconDoorExit size={16} />} onClick={() => ask(ending())}>
      {t('endSession')}
    </Button>
  );
  return (
    <Panel
      title={t('people')}
      close={close}
      aside={
        since && (
          <Text size="xs" c="dimmed">
            {t('since', { time: timeOf(since, i18n.language) })}
          </Text>
        )
      }
      footer={footer}
    >
      <ul className={styles.people}>
        {participants.map((person) => (
          <PersonRow
            key={person.user_id}
            person={person}
            mine={person.user_id === me?.user_id}
            hosting={hosting}
            asks={requests.includes(person.user_id)}
            ask={ask}
          />
        ))}
      </ul>
      {participants.length === 1 && (
        <Text size="sm" c="dimmed" mt={8}>
          {t('alone')}
        </Text>
      )}
      <Confirm question={question} close={() => ask(null)} />
    </Panel>
  );
}
