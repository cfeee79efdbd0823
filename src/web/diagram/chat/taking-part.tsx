/** Who takes part in the conversation. Its admins add, change and remove; anybody may leave (MB7). */
import { ActionIcon, Button, Select, Text, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { RoundtableError, type ConversationParticipant, type ConversationRole } from '../../../client/index.ts';
import { useDiagramState } from '../../../client/react/index.ts';
import { Confirm, type Question } from '../../confirm.tsx';
import { lastErrorOf } from '../../people/refused.tsx';
import { lookingAway } from '../looking-away.ts';
import { useNameOf, useOpenDiagram } from '../open-diagram.ts';
import { NameOf } from '../people/name-of.tsx';
import styles from './chat.module.css';
import { useChat } from './chat.tsx';

export function TakingPart({ id }: { id: number }) {
  const { t } = useTranslation('room');
  const { client, me, diagram, nameOf } = useOpenDiagram();
  const { participants } = useChat().feed;
  const here = useDiagramState(diagram, (state) => state.participants);
  const [question, ask] = useState<Question | null>(null);
  const own = participants.find(({ user_id }) => user_id === me.number);
  const isLastAdmin = own?.role === 'admin' && participants.filter(({ role }) => role === 'admin').length === 1;
  const isAdmin = own?.role === 'admin' || me.platform_admin;
  const missing = here.filter(({ user_id }) => !participants.some(({ email }) => email === user_id));

  const add = useMutation({
    mutationFn: (email: string) => lookingAway(diagram, addPerson(email)),
  });
  async function addPerson(email: string): Promise<void> {
    const { number } = await client.people.find(email);
    await client.conversations.addParticipant(id, { user_id: number });
  }

  const change = useMutation({
    mutationFn: ({ user_id, role }: { user_id: number; role: ConversationRole }) =>
      client.conversations.changeParticipant(id, user_id, role),
  });
  const remove = useMutation({ mutationFn: (user_id: number) => client.conversations.removeParticipant(id, user_id) });
  const error = lastErrorOf(add, change, remove);

  function askToRemove({ user_id, email }: ConversationParticipant): void {
    const name = nameOf(email);
    const isMe = user_id === me.number;
    const leaving = isLastAdmin ? 'leaveChatLastAdminText' : 'leaveChatText';
    ask({
      title: isMe ? t('leaveChatTitle') : t('removeFromChatTitle', { name }),
      text: isMe ? t(leaving) : t('removeFromChatText', { name }),
      label: isMe ? t('leave') : t('remove'),
      danger: true,
      run: () => remove.mutate(user_id),
    });
  }
  return (
    <>
      <ul className={styles.people}>
        {participants.map((participant) => (
          <li key={participant.user_id} className={styles.person}>
            <span className={styles.name} title={participant.email}>
              <NameOf email={participant.email} />
              {participant.user_id === me.number && <span className={styles.quiet}> ({t('you')})</span>}
            </span>
            <RoleOf
              participant={participant}
              changes={isAdmin ? (role) => change.mutate({ user_id: participant.user_id, role }) : null}
            />
            {(isAdmin || participant.user_id === me.number) && (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={
                  participant.user_id === me.number
                    ? t('leaveChat')
                    : t('removeFromChat', { name: nameOf(participant.email) })
                }
                onClick={() => askToRemove(participant)}
              >
                <IconX size={16} />
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
      {isAdmin &&
        missing.map(({ user_id, name }) => (
          <div key={user_id} className={styles.person}>
            <Text size="sm" c="dimmed" flex={1}>
              {t('notInChat', { name })}
            </Text>
            <Button size="compact-sm" variant="light" onClick={() => add.mutate(user_id)}>
              {t('add')}
            </Button>
          </div>
        ))}
      {isAdmin && <AddByEmail add={add.mutateAsync} adding={add.isPending} />}
      {error != null && (
        <Text size="sm" c="red" mt={8} role="alert">
          {t(sentenceOf(error))}
        </Text>
      )}
      <Confirm question={question} close={() => ask(null)} />
    </>
  );
}

function RoleOf({
  participant: { email, role },
  changes,
}: {
  participant: ConversationParticipant;
  changes: ((role: ConversationRole) => void) | null;
}) {
  const { t } = useTranslation('room');
  const name = useNameOf(email);
  const names = { member: t('roleMember'), moderator: t('roleModerator'), admin: t('roleAdmin') };
  if (changes === null) return <span className={styles.quiet}>{names[role]}</span>;
  return (
    <Select
      size="xs"
      w={128}
      aria-label={t('roleOf', { name })}
      allowDeselect={false}
      value={role}
      data={Object.entries(names).map(([value, label]) => ({ value, label }))}
      onChange={(value) => value && changes(value as ConversationRole)}
    />
  );
}

function AddByEmail({ add, adding }: { add(email: string): Promise<unknown>; adding: boolean }) {
  const { t } = useTranslation('room');
  const [email, setEmail] = useState('');
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    await add(email.trim()).then(
      () => setEmail(''),
      () => {}, // it is told below
    );
  }
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <TextInput
        type="email"
        size="sm"
        flex={1}
        aria-label={t('emailOf')}
        placeholder={t('addByEmail')}
        value={email}
        readOnly={adding}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <Button type="submit" size="sm" loading={adding} disabled={!email.includes('@')}>
        {t('add')}
      </Button>
    </form>
  );
}

function sentenceOf(error: unknown): 'nobodyKnown' | 'alreadyInChat' | 'notAllowed' | 'notDone' {
  if (!(error instanceof RoundtableError)) return 'notDone';
  if (error.code === 'user_not_found') return 'nobodyKnown';
  if (error.code === 'already_member') return 'alreadyInChat';
  return error.code === 'forbidden' ? 'notAllowed' : 'notDone';
}
