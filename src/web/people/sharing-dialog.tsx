/**
 * Who has which role in a threat model: people by email, and groups. Owners change it; the list is replaced as a whole,
 * so what somebody else changed meanwhile is read anew first, and of two quick changes the second waits for the first.
 */
import { Loader, Modal, Select, Text } from '@mantine/core';
import { IconLink } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { RoundtableError, type AccessRole, type Grant } from '../../client/index.ts';
import { Confirm, type Question } from '../confirm.tsx';
import { CopyButton } from '../copy-button.tsx';
import { useSignedIn } from '../identity/signed-in.tsx';
import { groupsOf } from '../queries.ts';
import { AddForm } from './add-form.tsx';
import { lookUp } from './called.ts';
import { GrantRow } from './grant-row.tsx';
import { AT_ONCE, LongList } from './long-list.tsx';
import styles from './people.module.css';
import { Refused } from './refused.tsx';

interface SharingDialogProps {
  threatModelId: string;
  /** The address to copy, where there is one to share. */
  link?: string | undefined;
  opened: boolean;
  onClose(): void;
}

export function SharingDialog({ threatModelId, link, opened, onClose }: SharingDialogProps) {
  const { t } = useTranslation('people');
  const [question, ask] = useState<Question | null>(null);
  return (
    <>
      <Modal
        opened={opened}
        onClose={onClose}
        closeOnEscape={question === null}
        title={t('shareTitle')}
        size={560}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        {opened && <Sharing threatModelId={threatModelId} link={link} ask={ask} />}
      </Modal>
      <Confirm question={question} close={() => ask(null)} />
    </>
  );
}

interface SharingProps extends Pick<SharingDialogProps, 'threatModelId' | 'link'> {
  ask(question: Question): void;
}

function Sharing({ threatModelId, link, ask }: SharingProps) {
  const { t } = useTranslation('people');
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const key = ['grants', threatModelId];
  const lookUpAll = (some: readonly Grant[]) =>
    lookUp(
      queries,
      client,
      some.filter(({ subject_type }) => subject_type === 'user').map(({ subject }) => subject),
    );
  const { data: grants, error } = useQuery({
    queryKey: key,
    async queryFn({ signal }) {
      const all = await client.threatModels.authorization(threatModelId, { signal });
      await lookUpAll(all.slice(0, AT_ONCE));
      return all;
    },
  });
  const { data: model } = useQuery({
    queryKey: ['threat-model', threatModelId],
    queryFn: ({ signal }) => client.threatModels.get(threatModelId, { signal }),
  });
  const { data: groups = [] } = useQuery(groupsOf(client));
  const inRow = { mutationFn: replace, scope: { id: key.join(' ') } };
  const change = useMutation(inRow);
  const add = useMutation(inRow);
  const isOwner = model?.role === 'owner';
  const roles: Record<AccessRole, string> = { reader: t('reader'), writer: t('writer'), owner: t('owner') };
  const others = groups.filter(({ id }) => !grants?.some(({ subject }) => subject === id));
  const isSame = (one: Grant, other: Grant) =>
    one.subject_type === other.subject_type && one.subject.toLowerCase() === other.subject.toLowerCase();

  async function replace(edit: (current: Grant[]) => Grant[]): Promise<void> {
    const next = edit(await client.threatModels.authorization(threatModelId));
    queries.setQueryData(key, await client.threatModels.authorize(threatModelId, next));
  }

  /** What removing does now. */
  async function textOnRemoving(grant: Grant, name: string): Promise<string> {
    if (grant.subject_type === 'group') return t('removeGroupAccess', { name });
    const sessions = await client.sessions.mine().catch(() => []);
    const live = sessions.find(
      ({ threat_model_id, participants }) =>
        threat_model_id === threatModelId && participants.some(({ user_id }) => user_id === grant.subject),
    );
    return live ? t('removeAccessLive', { name, diagram: live.diagram_name }) : t('removeAccess', { name });
  }

  async function askToRemove(grant: Grant, name: string): Promise<void> {
    const text = await textOnRemoving(grant, name);
    ask({
      title: t('removeAccessTitle', { name }),
      text,
      label: t('remove'),
      danger: true,
      run: () => change.mutate((current) => current.filter((one) => !isSame(one, grant))),
    });
  }

  /** Whoever is in it keeps the role that they have. */
  const withOne = (grant: Grant) => (current: Grant[]) => {
    if (current.some((one) => isSame(one, grant)))
      throw new RoundtableError({ code: 'already_member', status: 409, message: t('already_member') });
    return [...current, grant];
  };

  if (error) return <Refused error={error} />;
  if (!grants) return <Loader size="sm" />;
  return (
    <div className={styles.sharing}>
      {isOwner ? (
        <AddForm
          label={t('addPerson')}
          roles={roles}
          usual="writer"
          add={(email, role) => add.mutateAsync(withOne({ subject_type: 'user', subject: email, role }))}
        />
      ) : (
        <Text size="sm" c="dimmed">
          {t('onlyOwners')}
        </Text>
      )}
      <LongList items={grants} prepare={lookUpAll}>
        {(grant) => (
          <GrantRow
            key={`${grant.subject_type} ${grant.subject}`}
            grant={grant}
            group={groups.find(({ id }) => id === grant.subject)?.name}
            roles={roles}
            mayChange={isOwner}
            change={(role) =>
              change.mutate((current) => current.map((one) => (isSame(one, grant) ? { ...one, role } : one)))
            }
            remove={(name) => void askToRemove(grant, name)}
          />
        )}
      </LongList>
      <Refused error={change.error} />
      {isOwner && others.length > 0 && (
        <Select
          aria-label={t('addGroup')}
          placeholder={t('addGroup')}
          value={null}
          data={others.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(id) => id && change.mutate(withOne({ subject_type: 'group', subject: id, role: 'writer' }))}
        />
      )}
      {link !== undefined && (
        <CopyButton
          text={() => link}
          label={t('shareLink')}
          copied={t('linkCopied')}
          variant="default"
          leftSection={<IconLink size={16} />}
        />
      )}
      {model?.workspace_id && (
        <Text size="xs" c="dimmed">
          {t('throughWorkspace')}
        </Text>
      )}
    </div>
  );
}
