/** The groups that I own or have joined. */
import { useTranslation } from 'react-i18next';
import { useSignedIn } from '../identity/signed-in.tsx';
import { ContainerList } from './container-list.tsx';

export function GroupsPage() {
  const { t } = useTranslation('people');
  const { client, me } = useSignedIn();
  return (
    <ContainerList
      title={t('groups')}
      kind="groups"
      load={async (signal) => (await client.groups.list({ signal, limit: 100 })).data}
      roleIn={({ owner_id }) => t(owner_id === me.ulid ? 'owner' : 'member')}
      empty={{ title: t('noGroups'), text: t('noGroupsText') }}
      make={{
        title: t('newGroup'),
        label: t('nameOfGroup'),
        run: (name) => client.groups.create({ name }),
      }}
    />
  );
}
