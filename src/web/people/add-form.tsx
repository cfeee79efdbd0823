/** Adding somebody by their email, with a role where there are any. */
import { Button, Select, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './people.module.css';
import { Refused } from './refused.tsx';

interface AddFormProps<Role extends string> {
  label: string;
  /** Role to what it is called; none where there are no roles. */
  roles?: Readonly<Record<Role, string>>;
  usual?: Role;
  /** Rejects with why it was refused. */
  add(email: string, role: Role): Promise<unknown>;
}

export function AddForm<Role extends string>({ label, roles, usual, add }: AddFormProps<Role>) {
  const { t } = useTranslation('people');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState(usual);
  const adding = useMutation({ mutationFn: () => add(email.trim(), role as Role), onSuccess: () => setEmail('') });

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (email.trim() !== '') adding.mutate();
  }
  return (
    <form onSubmit={submit} className={styles.addForm}>
      <div className={styles.addRow}>
        <TextInput
          type="email"
          className={styles.grow}
          aria-label={label}
          placeholder={label}
          value={email}
          readOnly={adding.isPending}
          onChange={(event) => {
            setEmail(event.currentTarget.value);
            adding.reset();
          }}
        />
        {roles && (
          <Select
            w={136}
            aria-label={t('role')}
            allowDeselect={false}
            value={role ?? null}
            data={optionsOf(roles)}
            onChange={(value) => value !== null && setRole(value as Role)}
          />
        )}
        <Button type="submit" loading={adding.isPending} disabled={!email.includes('@')}>
          {t('add')}
        </Button>
      </div>
      <Refused error={adding.error} />
    </form>
  );
}

export function optionsOf(roles: Readonly<Record<string, string>>): { value: string; label: string }[] {
  return Object.entries(roles).map(([value, label]) => ({ value, label }));
}
