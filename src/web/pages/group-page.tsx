/** The people of a group. Its owner adds and removes, and may hand it over (MB6); kept up to date while one looks. */
import { ActionIcon, Button, Menu, Text, Title } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import type { GroupMember } from '../../client/index.ts';
import { Confirm, type Question } from '../confirm.tsx';
import { useSignedIn } from '../identity/signed-in.tsx';
import { AddForm } from '../people/add-form.tsx';
import people from '../people/people.module.css';
import { PersonLine } from '../people/person-line.tsx';
import { Refused } from '../people/refused.tsx';
import styles from './home-page.module.css';
import { NotFoundPage } from './not-found-page.tsx';

export function GroupPage() {
  const { groupId = '' } = useParams();
  const { t } = useTranslation('people');
  const { client, me } = useSignedIn();
  const queries = useQueryClient();
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
  const refresh = () => queries.invalidateQueries({ queryKey: ['group', groupId] });
  useEffect(() => {
    const room = client.groups.listen(groupId);
    const again = () => void queries.invalidateQueries({ queryKey: ['group', groupId] });
    room.on('message', again);
    room.on('live', again);
    return () => room.close();
  }, [client, queries, groupId]);
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
      <div className={styles.top}>
        <Title order={1} size={24} className={styles.title}>
          {group.name}
        </Title>
        {isOwner && (
          <Button
            variant="default"
            c="red"
            onClick={() =>
              ask({
                title: t('deleteTitle', { name: group.name }),
                text: t('deleteGroup'),
                label: t('delete'),
                danger: true,
                run: () => destroy.mutate(),
              })
            }
          >
            {t('delete')}
          </Button>
        )}
      </div>
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
