/** The top bar: back, name, saved state, who is here, presenting, sharing, the panels, and the rest in a menu. */
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconArrowLeft, IconHistory, IconMessageCircle, IconUserPlus } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useChat } from '../chat/chat.tsx';
import { SharingDialog } from '../../people/sharing-dialog.tsx';
import { useOpenDiagram } from '../open-diagram.ts';
import type { PanelName } from '../panel.tsx';
import { PresentButton } from '../presenting/present-button.tsx';
import { Avatars } from './avatars.tsx';
import { DiagramName } from './diagram-name.tsx';
import { MoreMenu } from './more-menu.tsx';
import { ReadOnlyBadge } from './read-only-badge.tsx';
import { SavedMark } from './saved-mark.tsx';
import styles from './top-bar.module.css';

export interface PanelToggle {
  panel: PanelName | null;
  toggle(name: PanelName): void;
}

export function TopBar({ panel, toggle }: PanelToggle) {
  const { t } = useTranslation('room');
  const [sharing, share] = useState(false);
  const { place } = useOpenDiagram();
  const { unread } = useChat();
  return (
    <header className={styles.bar}>
      <Tooltip label={t('back')}>
        <ActionIcon component={Link} to="/" variant="subtle" color="gray" size={36} aria-label={t('back')}>
          <IconArrowLeft size={20} stroke={1.75} />
        </ActionIcon>
      </Tooltip>
      <div className={styles.title}>
        <DiagramName />
        <SavedMark />
      </div>
      <ReadOnlyBadge />
      <div className={styles.ways}>
        <Avatars open={panel === 'people'} toggle={() => toggle('people')} />
        <div className={styles.wide}>
          <PresentButton choose={() => toggle('people')} />
          <Button variant="default" size="sm" leftSection={<IconUserPlus size={16} />} onClick={() => share(true)}>
            {t('share')}
          </Button>
          <PanelButton name="chat" label={unread ? t('chatUnread') : t('chat')} {...{ panel, toggle }}>
            <IconMessageCircle size={20} stroke={1.75} />
            {unread && <span className={styles.unread} />}
          </PanelButton>
          <PanelButton name="history" label={t('history')} {...{ panel, toggle }}>
            <IconHistory size={20} stroke={1.75} />
          </PanelButton>
        </div>
        <MoreMenu toggle={toggle} share={() => share(true)} />
      </div>
      <SharingDialog
        threatModelId={place.threatModelId}
        link={location.href}
        opened={sharing}
        onClose={() => share(false)}
      />
    </header>
  );
}

function PanelButton(props: PanelToggle & { name: PanelName; label: string; children: ReactNode }) {
  const { name, label, panel, toggle, children } = props;
  const open = panel === name;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant={open ? 'light' : 'subtle'}
        color={open ? 'accent' : 'gray'}
        size={36}
        aria-label={label}
        aria-expanded={open}
        onClick={() => toggle(name)}
        className={styles.panelButton}
        data-panel={name}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
