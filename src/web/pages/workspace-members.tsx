/**
 * The members of a workspace, and a search among them. Of many, few are drawn, and what is typed never waits for them.
 */
import { ActionIcon, Select, Text, TextInput } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import { memo, useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WorkspaceMember, WorkspaceRole } from '../../client/index.ts';
import { useSignedIn } from '../identity/signed-in.tsx';
import { optionsOf } from '../people/add-form.tsx';
import { LongList } from '../people/long-list.tsx';
import { PersonLine } from '../people/person-line.tsx';

interface Ways {
  /** My role in it. */
  mine: WorkspaceRole;
  change(to: { user_id: string; role: WorkspaceRole }): void;
  remove(member: WorkspaceMember): void;
}

export function WorkspaceMembers({ members, ...ways }: Ways & { members: readonly WorkspaceMember[] }) {
  const { t } = useTranslation('people');
  const [sought, seek] = useState('');
  const part = useDeferredValue(sought).trim().toLocaleLowerCase();
  const matching = members.filter((member) =>
    `${nameOfMember(member)} ${member.profile.email}`.toLocaleLowerCase().includes(part),
  );
  return (
    <>
      <TextInput
        leftSection={<IconSearch size={16} />}
        aria-label={t('search')}
        placeholder={`${t('search')} · ${t('members', { count: members.length })}`}
        value={sought}
        onChange={(event) => seek(event.currentTarget.value)}
      />
      <LongList items={matching}>{(member) => <MemberRow key={member.user_id} member={member} {...ways} />}</LongList>
      {matching.length === 0 && <Text c="dimmed">{t('noMatch')}</Text>}
    </>
  );
}

const MemberRow = memo(function MemberRow({ member, mine, change, remove }: Ways & { member: WorkspaceMember }) {
  const { t } = useTranslation('people');
  const { me } = useSignedIn();
  const roles = useWorkspaceRoles(mine);
  const { user_id, role, profile } = member;
  const name = nameOfMember(member);
  const isMe = user_id === me.id;
  const mayChange = (mine === 'owner' || mine === 'admin') && role in roles.open;
  return (
    <PersonLine name={name} detail={profile.email} note={isMe ? t('you') : undefined}>
      <Select
        w={144}
        size="sm"
        aria-label={t('roleOf', { name })}
        readOnly={!mayChange}
        allowDeselect={false}
        value={role}
        data={optionsOf(mayChange ? roles.open : roles.all)}
        onChange={(next) => next && change({ user_id, role: next as WorkspaceRole })}
      />
      {(mayChange || isMe) && (
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={isMe ? t('leave') : t('removeName', { name })}
          onClick={() => remove(member)}
        >
          <IconX size={16} />
        </ActionIcon>
      )}
    </PersonLine>
  );
});

export function nameOfMember({ profile }: WorkspaceMember): string {
  return profile.full_name ?? profile.email;
}

/** What the roles are called: all, and those that are open to whoever manages it with this role. */
export function useWorkspaceRoles(mine: WorkspaceRole | undefined) {
  const { t } = useTranslation('people');
  const below = { admin: t('admin'), member: t('member'), read_only: t('read_only') };
  const all = { owner: t('owner'), ...below };
  return { all, open: mine === 'owner' ? all : below };
}
