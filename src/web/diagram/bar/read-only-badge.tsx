/** For those who may only read: a badge that says so, why, and whom to ask. */
import { Button, Popover, Text, UnstyledButton } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDiagramState } from '../../../client/react/index.ts';
import { copyText } from '../../copying.ts';
import { useDiagramName, useThreatModel } from '../diagram-queries.ts';
import { useOpenDiagram } from '../open-diagram.ts';
import styles from './read-only-badge.module.css';

export function ReadOnlyBadge() {
  const { t } = useTranslation('room');
  const { diagram } = useOpenDiagram();
  const reader = useDiagramState(diagram, ({ permissions }) => permissions === 'reader');
  const owner = useThreatModel().data?.owner;
  const name = useDiagramName();
  const [told, tell] = useState<string | null>(null);
  if (!reader) return null;

  async function ask(): Promise<void> {
    const message = t('askToEditMessage', { name, address: location.href });
    tell((await copyText(message)) ? t('askToEditCopied') : message);
  }

  return (
    <Popover position="bottom-start" width={288} trapFocus returnFocus onClose={() => tell(null)}>
      <Popover.Target>
        <UnstyledButton className={styles.badge}>
          <IconLock size={14} stroke={2} aria-hidden />
          <span className={styles.label}>{t('readOnly')}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" className={styles.why}>
          {owner ? t('readOnlyWhy', { owner }) : t('readOnlyWhyNobody')}
        </Text>
        <Button size="xs" variant="light" onClick={() => void ask()}>
          {t('askToEdit')}
        </Button>
        <Text size="xs" c="dimmed" role="status" className={styles.told}>
          {told}
        </Text>
      </Popover.Dropdown>
    </Popover>
  );
}
