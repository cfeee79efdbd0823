/** Somebody in a list: their initials, name and email, and what can be done about them. */
import type { ReactNode } from 'react';
import { initialsOf } from './initials.ts';
import styles from './people.module.css';

interface PersonLineProps {
  name: string;
  /** Below the name. */
  detail?: string | undefined;
  /** Beside the name, quietly. */
  note?: string | undefined;
  children?: ReactNode;
}

export function PersonLine({ name, detail, note, children }: PersonLineProps) {
  return (
    <li className={styles.person}>
      <span className={styles.initials} aria-hidden>
        {initialsOf(name)}
      </span>
      <span className={styles.who}>
        <span className={styles.name}>
          {name}
          {note && <span className={styles.quiet}> ({note})</span>}
        </span>
        {detail && detail !== name && <span className={styles.quiet}>{detail}</span>}
      </span>
      <span className={styles.ways}>{children}</span>
    </li>
  );
}
