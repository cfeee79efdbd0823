/** The members of a workspace: who is in it, with which role, kept up to date while one looks (its live room). */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import type { WorkspaceMember, WorkspaceRole } from '../../client/index.ts';
import { Confirm, type Question } from '../confirm.tsx';
import { useSignedIn } from '../identity/signed-in.tsx';
import { AddForm } from '../people/add-form.tsx';
import people from '../people/people.module.css';
import { lastErrorOf, Refused } from '../people/refused.tsx';
import { allOf } from '../queries.ts';
import { ContainerHeader } from './container-header.tsx';
import { NameDialog } from './name-dialog.tsx';
import { isNowhere, NotRead, Reading } from './not-read.tsx';
import { useRefreshed } from './refreshed.ts';
import { nameOfMember, useWorkspaceRoles, WorkspaceMembers } from './workspace-members.tsx';

export function WorkspacePage() {
  const { workspaceId = '' } = useParams();
  const { t } = useTranslation('people');
  const { client, me } = useSignedIn();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [isNaming, name] = useState(false);
  const [question, ask] = useState<Question | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ['workspace', workspaceId],
    async queryFn({ signal }) {
      const workspace = await client.workspaces.get(workspaceId, { signal });
      const members = await allOf((options) => client.workspaces.members(workspaceId, options), signal);
      return { workspace, members };
    },
  });
  const { open } = useWorkspaceRoles(data?.workspace.role);
  const refresh = useRefreshed(['workspace', workspaceId], client.workspaces);
  function leave(): void {
    void queries.invalidateQueries({ queryKey: ['workspaces'] });
    void queries.invalidateQueries({ queryKey: ['threat-models'] });
    void navigate('/workspaces');
  }
  const change = useMutation({
    mutationFn: ({ user_id, role }: { user_id: string; role: WorkspaceRole }) =>
      client.workspaces.changeMember(workspaceId, user_id, role),
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: (userId: string) => client.workspaces.removeMember(workspaceId, userId),
    onSuccess: (_, userId) => (userId === me.id ? leave() : void refresh()),
  });
  const destroy = useMutation({
    mutationFn: () => client.workspaces.remove(workspaceId),
    onSuccess: leave,
  });
  // What was read stays while it cannot be read anew, unless it is mine no more.
  if (error && (!data || isNowhere(error))) return <NotRead error={error} again={() => void refetch()} />;
  if (!data) return <Reading />;
  const { workspace, members } = data;
  const isOwner = workspace.role === 'owner';
  const manages = isOwner || workspace.role === 'admin';

  async function askToRemove(member: WorkspaceMember): Promise<void> {
    const isMe = member.user_id === me.id;
    const person = nameOfMember(member);
    const container = workspace.name;
    const sessions = await client.sessions.mine().catch(() => []);
    const count = sessions.filter(({ participants }) =>
      participants.some(({ user_id }) => user_id === member.profile.email),
    ).length;
    ask({
      title: isMe ? t('leaveTitle', { container }) : t('removeMemberTitle', { name: person, container }),
      text: isMe
        ? t('leaveText')
        : count > 0
          ? t('removeMemberLive', { name: person, count })
          : t('removeMember', { name: person }),
      label: isMe ? t('leave') : t('remove'),
      danger: true,
      run: () => remove.mutate(member.user_id),
    });
  }

  return (
    <>
      <ContainerHeader
        name={workspace.name}
        rename={manages ? () => name(true) : null}
        remove={isOwner ? { text: t('deleteWorkspace'), run: destroy.mutate } : null}
        ask={ask}
      />
      <div className={people.sharing}>
        {manages && (
          <AddForm
            label={t('invite')}
            roles={open}
            usual="member"
            add={async (email, role) => {
              await client.workspaces.addMember(workspaceId, { email, role });
              await refresh();
            }}
          />
        )}
        <Refused error={lastErrorOf(change, remove, destroy)} />
        <WorkspaceMembers
          members={members}
          mine={workspace.role}
          change={change.mutate}
          remove={(member) => void askToRemove(member)}
        />
      </div>
      <NameDialog
        opened={isNaming}
        close={() => name(false)}
        title={t('rename')}
        label={t('nameOfWorkspace')}
        action={t('save')}
        first={workspace.name}
        run={async (next) => {
          await client.workspaces.rename(workspaceId, next);
          await queries.invalidateQueries();
        }}
      />
      <Confirm question={question} close={() => ask(null)} />
    </>
  );
}
