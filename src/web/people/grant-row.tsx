/** Who has a role in a threat model: somebody, or a group. */
import { ActionIcon, Select } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { AccessRole, Grant } from '../../client/index.ts';
import { useSignedIn } from '../identity/signed-in.tsx';
import { optionsOf } from './add-form.tsx';
import { useCalled } from './called.ts';
import { PersonLine } from './person-line.tsx';

interface GrantRowProps {
  grant: Grant;
  /** What the group is called, if it is one that I know. */
  group: string | undefined;
  /** Role to what it is called. */
  roles: Readonly<Record<AccessRole, string>>;
  mayChange: boolean;
  change(role: AccessRole): void;
  /** @param name what they are called */
  remove(name: string): void;
}

export function GrantRow({ grant, group, roles, mayChange, change, remove }: GrantRowProps) {
  const { t } = useTranslation('people');
  const { me } = useSignedIn();
  const { subject_type, subject } = grant;
  const isGroup = subject_type === 'group';
  const name = useCalled(subject, isGroup ? (group ?? subject) : null);
  return (
    <PersonLine name={name} detail={isGroup ? t('group') : subject} note={subject === me.email ? t('you') : undefined}>
      <Select
        w={128}
        size="sm"
        aria-label={t('roleOf', { name })}
        readOnly={!mayChange}
        allowDeselect={false}
        value={grant.role}
        data={optionsOf(roles)}
        onChange={(role) => role && change(role as AccessRole)}
      />
      {mayChange && (
        <ActionIcon variant="subtle" color="gray" aria-label={t('removeName', { name })} onClick={() => remove(name)}>
          <IconX size={16} />
        </ActionIcon>
      )}
    </PersonLine>
  );
}
