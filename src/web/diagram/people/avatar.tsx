/** A small round picture of a person: their own, or their initials in their colour, with the marks of their part. */
import { IconCrown, IconEye } from '@tabler/icons-react';
import type { Participant } from '../../../client/index.ts';
import styles from './avatar.module.css';
import { initialsOf } from '../../people/initials.ts';

type Shown = Pick<Participant, 'name' | 'color' | 'avatar_url'> &
  Partial<Pick<Participant, 'is_host' | 'is_presenter' | 'permissions'>>;

/** It is decoration: whoever shows it says in words what it means. @param size px */
export function Avatar({ person, size = 32 }: { person: Shown; size?: number }) {
  const { name, color, avatar_url, is_host, is_presenter, permissions } = person;
  return (
    <span
      className={styles.avatar}
      data-presenter={is_presenter || undefined}
      data-small={size < 32 || undefined}
      style={{ backgroundColor: color, width: size, height: size, fontSize: Math.round(size * 0.4) }}
      aria-hidden
    >
      {initialsOf(name)}
      {avatar_url && <img className={styles.picture} src={avatar_url} alt="" referrerPolicy="no-referrer" />}
      {is_host && (
        <span className={styles.host}>
          <IconCrown size={10} stroke={2.5} />
        </span>
      )}
      {permissions === 'reader' && (
        <span className={styles.reader}>
          <IconEye size={10} stroke={2.5} />
        </span>
      )}
    </span>
  );
}
