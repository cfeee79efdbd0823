/** Take presenting, ask for it, or see that I have it (CS8). */
import { Button, Popover, Text, Tooltip } from '@mantine/core';
import { IconPresentation } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDiagramState } from '../../../client/react/index.ts';
import { useOpenDiagram } from '../open-diagram.ts';
import { presentControl } from './present-control.ts';
import styles from './presenting.module.css';

/** @param choose opens the list of people, where the host lets somebody else present */
export function PresentButton({ choose }: { choose(): void }) {
  const { t } = useTranslation('room');
  const { diagram, nameOf } = useOpenDiagram();
  const me = useDiagramState(diagram, (state) => state.me);
  const host = useDiagramState(diagram, (state) => state.host);
  const askedToPresent = useDiagramState(diagram, (state) => state.askedToPresent);
  const live = useDiagramState(diagram, ({ status }) => status.kind === 'live');
  const [opened, open] = useState(false);
  const control = presentControl({ me, askedToPresent });
  const icon = <IconPresentation size={16} />;

  if (control === 'presenting') {
    return (
      <Popover opened={opened} onChange={open} width={256} trapFocus returnFocus>
        <Popover.Target>
          <Button variant="light" leftSection={icon} onClick={() => open(!opened)} aria-expanded={opened}>
            {t('presenting')}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <Text size="sm">
            {me?.is_host ? t('presentingHost') : t('presentingGuest', { host: nameOf(host ?? '') })}
          </Text>
          {me?.is_host && (
            <Button
              size="xs"
              variant="default"
              mt={12}
              onClick={() => {
                open(false);
                choose();
              }}
            >
              {t('choosePresenter')}
            </Button>
          )}
        </Popover.Dropdown>
      </Popover>
    );
  }
  if (control === 'asked') {
    return (
      <Tooltip label={`${t('askedHint', { host: nameOf(host ?? '') })} ${t('askAgain')}`}>
        <Button variant="default" leftSection={icon} onClick={diagram.requestPresenter} className={styles.asked}>
          {t('askedToPresent')}
        </Button>
      </Tooltip>
    );
  }
  return (
    <Button
      variant="default"
      leftSection={icon}
      disabled={!live || control === 'none'}
      onClick={() => (control === 'take' && me ? diagram.givePresenter(me.user_id) : diagram.requestPresenter())}
    >
      {control === 'ask' ? t('askToPresent') : t('present')}
    </Button>
  );
}
