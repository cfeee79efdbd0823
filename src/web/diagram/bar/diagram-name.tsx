/** The name of the diagram; whoever may edit renames it in place. Enter keeps, Esc leaves it as it was. */
import { useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useDiagramState } from '../../../client/react/index.ts';
import { useDiagramName, useRename } from '../diagram-queries.ts';
import { useOpenDiagram } from '../open-diagram.ts';
import styles from './diagram-name.module.css';

const LONGEST = 200;

export function DiagramName() {
  const { t } = useTranslation('room');
  const { diagram } = useOpenDiagram();
  const name = useDiagramName();
  const rename = useRename();
  const writer = useDiagramState(diagram, ({ permissions }) => permissions === 'writer');
  const [draft, write] = useState<string | null>(null);
  /** What it was called when the field opened: others may rename it meanwhile. */
  const before = useRef(name);
  const button = useRef<HTMLButtonElement>(null);

  function begin(): void {
    before.current = name;
    write(name);
  }

  /** Back to the button for those who came by the keyboard. */
  function done(focus: boolean): void {
    write(null);
    if (focus) requestAnimationFrame(() => button.current?.focus());
  }

  function keep(focus: boolean): void {
    const next = draft?.trim() ?? '';
    if (next !== '' && next !== before.current) rename.mutate(next);
    done(focus);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Enter') keep(true);
    if (event.key === 'Escape') done(true);
    if (event.key === 'Enter' || event.key === 'Escape') event.stopPropagation();
  }

  if (draft === null) {
    return (
      <h1 className={styles.name}>
        {writer ? (
          <button ref={button} type="button" className={styles.rename} title={t('rename')} onClick={begin}>
            {name}
          </button>
        ) : (
          <span className={styles.still}>{name}</span>
        )}
        {rename.isError && (
          <span role="status" className={styles.fault}>
            {t('unnamed')}
          </span>
        )}
      </h1>
    );
  }
  return (
    <input
      className={styles.field}
      aria-label={t('nameOfDiagram')}
      value={draft}
      maxLength={LONGEST}
      // It stands where the button stood that was just pressed.
      ref={(field) => field?.focus()}
      onFocus={(event) => event.target.select()}
      onChange={(event) => write(event.target.value)}
      onKeyDown={onKeyDown}
      onBlur={() => keep(false)}
    />
  );
}
