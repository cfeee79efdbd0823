/** A new diagram: in a threat model that is there, or in a new one; then it is opened. */
import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { ThreatModel, Workspace } from '../../client/index.ts';
import { useSignedIn } from '../identity/signed-in.tsx';
import { Refused } from '../people/refused.tsx';
import styles from './new-diagram.module.css';

interface NewDiagramProps {
  opened: boolean;
  close(): void;
  models: readonly ThreatModel[];
  workspaces: readonly Workspace[];
}

const NEW = 'new';
const NONE = 'none';

export function NewDiagram({ opened, close, ...rest }: NewDiagramProps) {
  const { t } = useTranslation('entry');
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t('newDiagram')}
      size={440}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {opened && <NewDiagramForm {...rest} />}
    </Modal>
  );
}

function NewDiagramForm({ models, workspaces }: Pick<NewDiagramProps, 'models' | 'workspaces'>) {
  const { t } = useTranslation('entry');
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const open = models.filter(({ role }) => role !== 'reader');
  const [name, setName] = useState('');
  const [model, setModel] = useState(open[0]?.id ?? NEW);
  const [modelName, setModelName] = useState('');
  const [workspace, setWorkspace] = useState(NONE);
  const making = useMutation({
    async mutationFn() {
      const workspace_id = workspace === NONE ? null : workspace;
      const { id } =
        model === NEW
          ? await client.threatModels.create({ name: modelName.trim() || name.trim(), workspace_id })
          : { id: model };
      setModel(id); // trying again makes no second one
      return client.diagrams.create(id, { name: name.trim() });
    },
    onSuccess: ({ id, threat_model_id }) => navigate(`/threat-models/${threat_model_id}/diagrams/${id}`),
    onSettled: () => queries.invalidateQueries(),
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (name.trim() !== '') making.mutate();
  }
  return (
    <form onSubmit={submit} className={styles.form}>
      <TextInput
        label={t('nameOfDiagram')}
        maxLength={200}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label={t('inModel')}
        allowDeselect={false}
        value={model}
        data={[...open.map((one) => ({ value: one.id, label: one.name })), { value: NEW, label: t('newModel') }]}
        onChange={(value) => value && setModel(value)}
      />
      {model === NEW && (
        <>
          <TextInput
            label={t('nameOfModel')}
            placeholder={name}
            maxLength={200}
            value={modelName}
            onChange={(event) => setModelName(event.currentTarget.value)}
          />
          <Select
            label={t('workspaceOfModel')}
            allowDeselect={false}
            value={workspace}
            data={[
              { value: NONE, label: t('noWorkspace') },
              ...workspaces
                .filter(({ role }) => role !== 'read_only')
                .map((one) => ({ value: one.id, label: one.name })),
            ]}
            onChange={(value) => value && setWorkspace(value)}
          />
        </>
      )}
      <Refused error={making.error} />
      <Button type="submit" loading={making.isPending} disabled={name.trim() === ''}>
        {t('create')}
      </Button>
    </form>
  );
}
