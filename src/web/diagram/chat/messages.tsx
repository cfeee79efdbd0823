/** What was said, the newest at the bottom, where the list stays while one reads there. */
import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Fragment, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../client/index.ts';
import { useOpenDiagram } from '../open-diagram.ts';
import { NameOf } from '../people/name-of.tsx';
import { dayOf, daysAgo, timeOf } from '../../times.ts';
import styles from './chat.module.css';
import { useChat } from './chat.tsx';

/** Messages of one person within so many ms stand together. */
const TOGETHER = 5 * 60_000;
/** How far from the bottom still counts as reading there, px. */
const NEAR = 80;

export function Messages() {
  const { t, i18n } = useTranslation('room');
  const { me } = useOpenDiagram();
  const { feed } = useChat();
  const { messages, participants, hasOlder, loadOlder } = feed;
  const list = useRef<HTMLOListElement>(null);
  const older = useMutation({ mutationFn: async () => loadOlder?.() });
  const last = messages.at(-1)?.id;
  const hasRead = useRef(false);

  useLayoutEffect(() => {
    const scroller = list.current?.parentElement;
    if (!scroller || last === undefined) return;
    const below = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    const grown = list.current!.lastElementChild?.clientHeight ?? 0;
    if (below < NEAR + grown || !hasRead.current) scroller.scrollTop = scroller.scrollHeight;
    hasRead.current = true;
  }, [last]);

  const day = (at: string) => {
    const days = daysAgo(at);
    return days === 0 ? t('today') : days === 1 ? t('yesterday') : dayOf(at, i18n.language);
  };
  const speaker = ({ user_id }: Message) => {
    if (user_id === me.number) return t('me');
    const known = participants.find((participant) => participant.user_id === user_id);
    return known ? <NameOf email={known.email} /> : t('somebody');
  };
  return (
    <>
      {hasOlder && (
        <Button variant="subtle" size="compact-sm" mx="auto" loading={older.isPending} onClick={() => older.mutate()}>
          {t('older')}
        </Button>
      )}
      {messages.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('nothingSaid')}
        </Text>
      )}
      <ol ref={list} className={styles.messages} aria-live="polite" aria-label={t('chat')}>
        {messages.map((message, index) => {
          const before = messages[index - 1];
          const isNewDay = !before || day(before.created_at) !== day(message.created_at);
          const since = before ? Date.parse(message.created_at) - Date.parse(before.created_at) : Infinity;
          const isNewSpeaker = isNewDay || before?.user_id !== message.user_id || since > TOGETHER;
          return (
            <Fragment key={message.id}>
              {isNewDay && <li className={styles.day}>{day(message.created_at)}</li>}
              <li className={styles.message} data-mine={message.user_id === me.number}>
                {isNewSpeaker && (
                  <span className={styles.speaker}>
                    <strong>{speaker(message)}</strong> {timeOf(message.created_at, i18n.language)}
                  </span>
                )}
                <p>{message.body}</p>
              </li>
            </Fragment>
          );
        })}
      </ol>
    </>
  );
}
