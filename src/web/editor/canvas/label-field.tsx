/**
 * Writing the label of a cell in its place. Enter keeps it, Shift+Enter begins a line, Escape leaves it as it was.
 * Whatever else closes it, such as losing the right to edit or the session, keeps what is written so far, as any other
 * change that is not saved yet.
 */
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useDesk } from '../desk.ts';
import { removeCells, rename } from '../document/edits.ts';
import { Step } from '../document/history.ts';
import { LONGEST_LABEL } from '../model/cell.ts';
import styles from './canvas.module.css';

/** Otherwise the style sheet has the field as high as what is written. */
const isGrownHere = !CSS.supports('field-sizing', 'content');

function grow(field: HTMLTextAreaElement): void {
  if (!isGrownHere) return;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}

export function LabelField({ id, label }: { id: string; label: string }) {
  const { t } = useTranslation('editor');
  const { diagram, drawing, renaming, writable } = useDesk();
  const field = useRef<HTMLTextAreaElement>(null);
  const written = useRef(label);
  const [before] = useState(label);
  useEffect(() => {
    if (!field.current) return;
    grow(field.current);
    field.current.focus({ preventScroll: true });
    field.current.select();
  }, []);

  useLayoutEffect(
    () => () => {
      const text = written.current.trim();
      if (text !== before) rename(diagram.cells, id, text, new Step());
      // Nobody would see it any more.
      else if (text === '' && writable.get() && drawing.cells.get(id)?.shape === 'text')
        removeCells(diagram.cells, [id], new Step());
    },
    [before, diagram, drawing, id, writable],
  );

  function close(): void {
    if (renaming.get() === id) renaming.set(null);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    event.stopPropagation();
    const keep = event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing;
    if (!keep && event.key !== 'Escape') return;
    event.preventDefault();
    const canvas = event.currentTarget.closest<HTMLElement>('[data-canvas]');
    if (!keep) written.current = before;
    close();
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
      onChange={({ currentTarget }) => {
        written.current = currentTarget.value;
        grow(currentTarget);
      }}
      onKeyDown={onKeyDown}
      onBlur={close}
    />
  );
}
