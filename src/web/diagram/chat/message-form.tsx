/** Saying something. Enter sends, Shift+Enter begins a line. What could not be sent comes back, before what was written since. */
import { ActionIcon, Text, Textarea } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './chat.module.css';
import { useChat } from './chat.tsx';

const LONGEST = 4000;

export function MessageForm() {
  const { t } = useTranslation('room');
  const { feed } = useChat();
  const [text, setText] = useState('');
  const send = useMutation({
    mutationFn: async (body: string) => feed.send?.(body),
    onMutate: () => setText(''),
    onError: (_, body) => setText((since) => (since === '' ? body : `${body}\n${since}`)),
  });

  function submit(event: FormEvent | KeyboardEvent): void {
    event.preventDefault();
    if (text.trim() !== '' && !send.isPending) send.mutate(text.trim());
  }
  return (
    <form onSubmit={submit}>
      {send.isError && (
        <Text size="xs" c="red" mb={4} role="alert">
          {t('notSent')}
        </Text>
      )}
      <div className={styles.form}>
        <Textarea
          size="sm"
          flex={1}
          rows={2}
          maxLength={LONGEST}
          aria-label={t('write')}
          placeholder={t('write')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
          }}
        />
        <ActionIcon
          type="submit"
          size={36}
          aria-label={t('send')}
          disabled={text.trim() === ''}
          loading={send.isPending}
        >
          <IconSend size={18} stroke={1.75} />
        </ActionIcon>
      </div>
    </form>
  );
}
