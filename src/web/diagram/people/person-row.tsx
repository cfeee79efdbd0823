/** Somebody who is here: what they may do, the marks of host and presenter, and what the host may do about them. */
import { ActionIcon, Button, Group, Menu } from '@mantine/core';
import { IconCrown, IconDots, IconPresentation, IconUserMinus } from '@tabler/icons-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Participant } from '../../../client/index.ts';
import type { Question } from '../../confirm.tsx';
import { isolated } from '../../language/isolated.ts';
import { useOpenDiagram } from '../open-diagram.ts';
import { Avatar } from './avatar.tsx';
import styles from './people-panel.module.css';

interface PersonRowProps {
  person: Participant;
  /** Whether it is me. */
  mine: boolean;
  /** Whether I am the host. */
  hosting: boolean;
  /** Whether they ask to present. */
  asks: boolean;
  ask(question: Question): void;
}

export const PersonRow = memo(function PersonRow({ person, mine, hosting, asks, ask }: PersonRowProps) {
  const { t } = useTranslation('room');
  const { diagram } = useOpenDiagram();
  const { user_id, name, permissions, is_host, is_presenter } = person;
  const managed = hosting && (!mine || !is_presenter);
  return (
    <li className={styles.person}>
      <Avatar person={person} size={36} />
      <div className={styles.who}>
        <span className={styles.name} title={user_id}>
          {isolated(name)}
          {mine && <span className={styles.quiet}> ({t('you')})</span>}
        </span>
        <span className={styles.marks}>
          <span>{t(permissions)}</span>
          {is_host && <span>{t('host')}</span>}
          {is_presenter && <span className={styles.presenter}>{t('presenter')}</span>}
        </span>
        {asks && (
          <Group gap={8} mt={8}>
            <Button size="compact-sm" onClick={() => diagram.givePresenter(user_id)}>
              {t('give')}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => diagram.denyPresenter(user_id)}>
              {t('notNow')}
            </Button>
          </Group>
        )}
      </div>
      {managed && <Manage person={person} mine={mine} ask={ask} />}
    </li>
  );
});

function Manage({ person, mine, ask }: Pick<PersonRowProps, 'person' | 'mine' | 'ask'>) {
  const { t } = useTranslation('room');
  const { diagram } = useOpenDiagram();
  const { user_id, name, permissions, is_presenter } = person;
  const handOver = () =>
    ask({
      title: t('makeHostTitle', { name }),
      text: t('makeHostText'),
      label: t('makeHost'),
      run: () => diagram.giveHost(user_id),
    });
  const remove = () =>
    ask({
      title: t('removeTitle', { name }),
      text: t(permissions === 'writer' ? 'removeWriter' : 'removeReader', { name }),
      label: t('remove'),
      danger: true,
      run: () => diagram.remove(user_id),
    });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={32} aria-label={t('manage', { name })}>
          <IconDots size={18} stroke={1.75} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {!is_presenter && (
          <Menu.Item leftSection={<IconPresentation size={16} />} onClick={() => diagram.givePresenter(user_id)}>
            {mine ? t('takeBack') : t('letPresent')}
          </Menu.Item>
        )}
        {!mine && (
          <>
            <Menu.Item leftSection={<IconCrown size={16} />} onClick={handOver}>
              {t('makeHost')}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item color="red" leftSection={<IconUserMinus size={16} />} onClick={remove}>
              {t('remove')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
