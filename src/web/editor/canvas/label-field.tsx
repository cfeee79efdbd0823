/** Writing the label of a cell in its place. Enter keeps it, Shift+Enter begins a line, Escape leaves it as it was. */
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useDesk } from '../desk.ts';
import { rename } from '../document/edits.ts';
import { Step } from '../document/history.ts';
import { LONGEST_LABEL } from '../model/cell.ts';
import styles from './canvas.module.css';

export function LabelField({ id, label }: { id: string; label: string }) {
  const { t } = useTranslation('editor');
  const { diagram, renaming, writable } = useDesk();
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    field.current?.focus({ preventScroll: true });
    field.current?.select();
  }, []);

  function finish(keep: boolean): void {
    if (renaming.get() !== id) return;
    const text = (field.current?.value ?? '').trim();
    renaming.set(null);
    if (keep && writable.get() && text !== label) rename(diagram.cells, id, text, new Step());
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    event.stopPropagation();
    const keep = event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing;
    if (!keep && event.key !== 'Escape') return;
    event.preventDefault();
    const canvas = event.currentTarget.closest<HTMLElement>('[data-canvas]');
    finish(keep);
    canvas?.focus({ preventScroll: true });
  }

  return (
    <textarea
      ref={field}
      className={`${styles.field} nodrag nopan nowheel`}
      aria-label={t('label')}
      defaultValue={label}
      maxLength={LONGEST_LABEL}
      rows={Math.max(1, label.split('\n').length)}
      onKeyDown={onKeyDown}
      onBlur={() => finish(true)}
    />
  );
}
