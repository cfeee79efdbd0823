/** Asks for a name. */
import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Refused } from '../people/refused.tsx';

interface NameDialogProps {
  opened: boolean;
  close(): void;
  title: string;
  label: string;
  /** What the button says. */
  action: string;
  first?: string;
  /** Rejects with why it was refused. */
  run(name: string): Promise<unknown>;
}

export function NameDialog({ opened, close, title, ...rest }: NameDialogProps) {
  const { t } = useTranslation('people');
  return (
    <Modal opened={opened} onClose={close} title={title} size={420} closeButtonProps={{ 'aria-label': t('close') }}>
      {opened && <NameForm close={close} {...rest} />}
    </Modal>
  );
}

function NameForm({ close, label, action, first = '', run }: Omit<NameDialogProps, 'opened' | 'title'>) {
  const [name, setName] = useState(first);
  const naming = useMutation({ mutationFn: () => run(name.trim()), onSuccess: close });
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (name.trim() !== '') naming.mutate();
  }
  return (
    <form onSubmit={submit}>
      <TextInput
        label={label}
        maxLength={200}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Refused error={naming.error} />
      <Button type="submit" fullWidth mt={16} loading={naming.isPending} disabled={name.trim() === ''}>
        {action}
      </Button>
    </form>
  );
}
