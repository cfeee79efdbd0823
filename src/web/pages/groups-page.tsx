/** The groups that I own or have joined. */
import { useTranslation } from 'react-i18next';
import { useSignedIn } from '../identity/signed-in.tsx';
import { groupsOf } from '../queries.ts';
import { ContainerList } from './container-list.tsx';

export function GroupsPage() {
  const { t } = useTranslation('people');
  const { client, me } = useSignedIn();
  return (
    <ContainerList
      title={t('groups')}
      kind="groups"
      query={groupsOf(client)}
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
