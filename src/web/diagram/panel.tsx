/**
 * A panel beside the canvas; on a phone a sheet from below. The focus goes to it when it opens and back to where it came
 * from when it closes; Esc closes it, unless something of its own is open, such as a menu: then Esc closes that.
 */
import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useEffect, useId, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './panel.module.css';

/** Those that there are; one is open at a time. */
export type PanelName = 'people' | 'chat' | 'history';

export interface PanelProps {
  title: string;
  close(): void;
  /** Beside the title. */
  aside?: ReactNode;
  /** Below what scrolls. */
  footer?: ReactNode;
  children: ReactNode;
}

export function Panel({ title, close, aside, footer, children }: PanelProps) {
  const { t } = useTranslation('room');
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    const before = document.activeElement;
    heading.current?.focus({ preventScroll: true });
    const panel = heading.current?.closest('aside');
    return () => {
      const lost = document.activeElement === document.body || panel?.contains(document.activeElement);
      if (lost && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented || !(event.target instanceof Element)) return;
    // A menu and a dialog stand elsewhere in the page, though React passes on what is pressed there.
    if (!event.currentTarget.contains(event.target) || event.target.closest('[aria-expanded="true"]')) return;
    event.stopPropagation();
    close();
  }

  return (
    <aside className={styles.panel} aria-labelledby={id} onKeyDown={onKeyDown}>
      <header className={styles.header}>
        <h2 id={id} ref={heading} tabIndex={-1} className={styles.title}>
          {title}
        </h2>
        <div className={styles.aside}>{aside}</div>
        <ActionIcon variant="subtle" color="gray" size={32} aria-label={t('close')} onClick={close}>
          <IconX size={18} stroke={1.75} />
        </ActionIcon>
      </header>
      <div className={styles.body}>{children}</div>
      {footer && <footer className={styles.footer}>{footer}</footer>}
    </aside>
  );
}
