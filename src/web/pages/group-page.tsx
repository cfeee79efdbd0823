/** The people of a group. Its owner adds and removes, and may hand it over (MB6); kept up to date while one looks. */
import { Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import type { GroupMember } from '../../client/index.ts';
import { Confirm, type Question } from '../confirm.tsx';
import { useSignedIn } from '../identity/signed-in.tsx';
import { AddForm } from '../people/add-form.tsx';
import { lookUp } from '../people/called.ts';
import { AT_ONCE, LongList } from '../people/long-list.tsx';
import people from '../people/people.module.css';
import { lastErrorOf, Refused } from '../people/refused.tsx';
import { ContainerHeader } from './container-header.tsx';
import { GroupMemberRow } from './group-member-row.tsx';
import { isNowhere, NotRead, Reading } from './not-read.tsx';
import { useRefreshed } from './refreshed.ts';

export function GroupPage() {
  const { groupId = '' } = useParams();
  const { t } = useTranslation('people');
  const { client, me } = useSignedIn();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [question, ask] = useState<Question | null>(null);
  const lookUpAll = (members: readonly GroupMember[]) =>
    lookUp(
      queries,
      client,
      members.map(({ email }) => email),
    );
  const { data, error, refetch } = useQuery({
    queryKey: ['group', groupId],
    async queryFn({ signal }) {
      const [group, members] = await Promise.all([
        client.groups.get(groupId, { signal }),
        client.groups.members(groupId, { signal }),
      ]);
      await lookUpAll(members.data.slice(0, AT_ONCE));
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
    onSuccess() {
      void queries.invalidateQueries({ queryKey: ['groups'] });
      void navigate('/groups');
    },
  });
  // What was read stays while it cannot be read anew, unless it is mine no more.
  if (error && (!data || isNowhere(error))) return <NotRead error={error} again={() => void refetch()} />;
  if (!data) return <Reading />;
  const { group, members } = data;
  const isOwner = group.owner_id === me.ulid;
  const askToRemove = ({ user_id }: GroupMember, name: string) =>
    ask({
      title: t('removeMemberTitle', { name, container: group.name }),
      text: t('removeMember', { name }),
      label: t('remove'),
      danger: true,
      run: () => remove.mutate(user_id),
    });
  const askToHandOver = ({ user_id }: GroupMember, name: string) =>
    ask({
      title: t('handOverTitle', { name, container: group.name }),
      text: t('handOverText', { name }),
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
        <Refused error={lastErrorOf(remove, handOver, destroy)} />
        <LongList items={members} prepare={lookUpAll}>
          {(member) => (
            <GroupMemberRow
              key={member.user_id}
              member={member}
              manages={isOwner}
              handOver={(name) => askToHandOver(member, name)}
              remove={(name) => askToRemove(member, name)}
            />
          )}
        </LongList>
        {members.length === 0 && <Text c="dimmed">{t('noMembers')}</Text>}
      </div>
      <Confirm question={question} close={() => ask(null)} />
    </>
  );
}
