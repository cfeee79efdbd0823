/** Who is here, as a row of avatars that opens the list of people. */
import { Tooltip, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useParticipants } from '../../../client/react/index.ts';
import { isolated } from '../../language/isolated.ts';
import { useOpenDiagram } from '../open-diagram.ts';
import { Avatar } from '../people/avatar.tsx';
import { usePhone } from '../phone.ts';
import styles from './avatars.module.css';

const MOST = 4;
const MOST_ON_A_PHONE = 2;

export function Avatars({ open, toggle }: { open: boolean; toggle(): void }) {
  const { t } = useTranslation('room');
  const { diagram } = useOpenDiagram();
  const { participants } = useParticipants(diagram);
  const most = usePhone() ? MOST_ON_A_PHONE : MOST;
  const shown = participants.length > most ? participants.slice(0, most - 1) : participants;
  const more = participants.length - shown.length;
  const label = t('peopleHere', { count: participants.length });
  return (
    <Tooltip label={participants.map(({ name }) => isolated(name)).join(', ') || label} multiline maw={288}>
      <UnstyledButton
        className={styles.avatars}
        aria-label={label}
        aria-expanded={open}
        onClick={toggle}
        data-panel="people"
      >
        {shown.map((person) => (
          <Avatar key={person.user_id} person={person} size={28} />
        ))}
        {more > 0 && <span className={styles.more}>+{more}</span>}
      </UnstyledButton>
    </Tooltip>
  );
}
