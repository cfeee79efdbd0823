/** My workspaces. */
import { useTranslation } from 'react-i18next';
import { useSignedIn } from '../identity/signed-in.tsx';
import { workspacesOf } from '../queries.ts';
import { ContainerList } from './container-list.tsx';

export function WorkspacesPage() {
  const { t } = useTranslation('people');
  const { client } = useSignedIn();
  return (
    <ContainerList
      title={t('workspaces')}
      kind="workspaces"
      query={workspacesOf(client)}
      roleIn={({ role }) => t(role)}
      empty={{ title: t('noWorkspaces'), text: t('noWorkspacesText') }}
      make={{
        title: t('newWorkspace'),
        label: t('nameOfWorkspace'),
        run: (name) => client.workspaces.create({ name }),
      }}
    />
  );
}
