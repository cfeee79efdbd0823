/** The people of a group. Its owner adds and removes, and may hand it over (MB6); kept up to date while one looks. */
import { ActionIcon, Menu, Text } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import type { GroupMember } from '../../client/index.ts';
import { Confirm, type Question } from '../confirm.tsx';
import { useSignedIn } from '../identity/signed-in.tsx';
import { AddForm } from '../people/add-form.tsx';
import people from '../people/people.module.css';
import { PersonLine } from '../people/person-line.tsx';
import { Refused } from '../people/refused.tsx';
import { ContainerHeader } from './container-header.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { useRefreshed } from './refreshed.ts';

export function GroupPage() {
  const { groupId = '' } = useParams();
  const { t } = useTranslation('people');
  const { client, me } = useSignedIn();
  const navigate = useNavigate();
  const [question, ask] = useState<Question | null>(null);
  const { data, error } = useQuery({
    queryKey: ['group', groupId],
    async queryFn({ signal }) {
      const [group, members] = await Promise.all([
        client.groups.get(groupId, { signal }),
        client.groups.members(groupId, { signal }),
      ]);
      return { group, members: members.data };
    },
  });
  const refresh = useRefreshed(['group', groupId], client.groups);
  const remove = useMutation({
    mutationFn: (userId: string) => client.groups.removeMember(groupId, userId),
    onSettled: refresh,
  });
  const handOver = useMutation({
    mutationFn: (userId: string) => client.groups.change(groupId, { owner_id: userId }),
    onSettled: refresh,
  });
  const destroy = useMutation({
    mutationFn: () => client.groups.remove(groupId),
    onSuccess: () => navigate('/groups'),
  });
  if (error) return <NotFoundPage />;
  if (!data) return null;
  const { group, members } = data;
  const isOwner = group.owner_id === me.ulid;
  const askToRemove = ({ user_id, username }: GroupMember) =>
    ask({
      title: t('removeMemberTitle', { name: username, container: group.name }),
      text: t('removeMember', { name: username }),
      label: t('remove'),
      danger: true,
      run: () => remove.mutate(user_id),
    });
  const askToHandOver = ({ user_id, username }: GroupMember) =>
    ask({
      title: t('handOverTitle', { name: username, container: group.name }),
      text: t('handOverText', { name: username }),
      label: t('handOver'),
      run: () => handOver.mutate(user_id),
    });
  return (
    <>
      <ContainerHeader
        name={group.name}
        rename={null}
        remove={isOwner ? { text: t('deleteGroup'), run: destroy.mutate } : null}
        ask={ask}
      />
      <div className={people.sharing}>
        {isOwner && (
          <AddForm
            label={t('addPerson')}
            add={async (email) => {
              const { ulid } = await client.people.find(email);
              await client.groups.addMember(groupId, ulid);
              await refresh();
            }}
          />
        )}
        <Refused error={remove.error ?? handOver.error ?? destroy.error} />
        <ul className={people.list}>
          {members.map((member) => (
            <PersonLine
              key={member.user_id}
              name={member.username}
              detail={member.email}
              note={member.user_id === me.ulid ? t('you') : undefined}
            >
              {isOwner && (
                <Menu position="bottom-end">
                  <Menu.Target>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      aria-label={`${t('remove')}, ${t('handOver')}: ${member.username}`}
                    >
                      <IconDots size={18} />
                    </ActionIcon>
                  </Menu.Target>
                  <Menu.Dropdown>
                    <Menu.Item onClick={() => askToHandOver(member)}>{t('handOver')}</Menu.Item>
                    <Menu.Item color="red" onClick={() => askToRemove(member)}>
                      {t('remove')}
                    </Menu.Item>
                  </Menu.Dropdown>
                </Menu>
              )}
            </PersonLine>
          ))}
        </ul>
        {members.length === 0 && <Text c="dimmed">{t('noMembers')}</Text>}
      </div>
      <Confirm question={question} close={() => ask(null)} />
    </>
  );
}
