/** Somebody in a group, and what its owner may do about them. */
import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { GroupMember } from '../../client/index.ts';
import { useSignedIn } from '../identity/signed-in.tsx';
import { useCalled } from '../people/called.ts';
import { PersonLine } from '../people/person-line.tsx';

interface GroupMemberRowProps {
  member: GroupMember;
  manages: boolean;
  /** @param name what they are called */
  handOver(name: string): void;
  remove(name: string): void;
}

export function GroupMemberRow({ member: { user_id, email }, manages, handOver, remove }: GroupMemberRowProps) {
  const { t } = useTranslation('people');
  const { me } = useSignedIn();
  const name = useCalled(email);
  return (
    <PersonLine name={name} detail={email} note={user_id === me.ulid ? t('you') : undefined}>
      {manages && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={`${t('remove')}, ${t('handOver')}: ${name}`}>
              <IconDots size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => handOver(name)}>{t('handOver')}</Menu.Item>
            <Menu.Item color="red" onClick={() => remove(name)}>
              {t('remove')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </PersonLine>
  );
}
