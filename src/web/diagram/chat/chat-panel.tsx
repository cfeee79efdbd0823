/** What is said beside the diagram, and who takes part. */
import { Button, Loader, Text, UnstyledButton } from '@mantine/core';
import { IconArrowLeft, IconUsers } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useParticipants } from '../../../client/react/index.ts';
import { useDiagramName } from '../diagram-queries.ts';
import { lookingAway } from '../looking-away.ts';
import { useOpenDiagram } from '../open-diagram.ts';
import { Panel } from '../panel.tsx';
import styles from './chat.module.css';
import { useChat } from './chat.tsx';
import { MessageForm } from './message-form.tsx';
import { Messages } from './messages.tsx';
import { TakingPart } from './taking-part.tsx';

export function ChatPanel({ close }: { close(): void }) {
  const { t } = useTranslation('room');
  const { conversation, failed, feed, look } = useChat();
  const [people, showPeople] = useState(false);
  const isOpen = conversation && feed.status.kind !== 'closed' && feed.error === null;
  const count = feed.participants.length;
  return (
    <Panel
      title={t('chat')}
      close={close}
      aside={
        isOpen &&
        count > 0 && (
          <UnstyledButton
            className={styles.count}
            aria-label={t('inChat', { count })}
            onClick={() => showPeople(!people)}
          >
            {people ? <IconArrowLeft size={16} /> : <IconUsers size={16} />}
            {people ? t('toMessages') : count}
          </UnstyledButton>
        )
      }
      footer={isOpen && !people && <MessageForm />}
    >
      {conversation === undefined && !failed && <Loader size="sm" mx="auto" my={24} />}
      {(failed || feed.error !== null) && (
        <Aside text={t('chatFailed')}>
          <Button variant="default" size="compact-sm" onClick={look}>
            {t('again')}
          </Button>
        </Aside>
      )}
      {conversation === null && <Begin />}
      {isOpen && (people ? <TakingPart id={conversation.id} /> : <Messages />)}
    </Panel>
  );
}

function Aside({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <div className={styles.aside}>
      <Text size="sm">{text}</Text>
      {children}
    </div>
  );
}

/** Begins one with everybody who is here. */
function Begin() {
  const { t } = useTranslation('room');
  const { client, place, diagram } = useOpenDiagram();
  const { look } = useChat();
  const { participants, me } = useParticipants(diagram);
  const title = useDiagramName();
  const begin = useMutation({
    mutationFn: () => lookingAway(diagram, beginWithAll()),
    onSettled: look,
  });

  async function beginWithAll(): Promise<void> {
    const { id } = await client.conversations.create({ title, diagram_id: place.diagramId });
    const others = participants.filter(({ user_id }) => user_id !== me?.user_id);
    await Promise.allSettled(
      others.map(async ({ user_id }) => {
        const { number } = await client.people.find(user_id);
        await client.conversations.addParticipant(id, { user_id: number });
      }),
    );
  }
  return (
    <div className={styles.aside}>
      <Text fw={600}>{t('noChat')}</Text>
      <Text size="sm" c="dimmed">
        {t('noChatText')}
      </Text>
      <Button size="sm" loading={begin.isPending} onClick={() => begin.mutate()}>
        {t('startChat')}
      </Button>
      {begin.isError && (
        <Text size="sm" c="red">
          {t('notDone')}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {t('noChatOthers')}
      </Text>
    </div>
  );
}
