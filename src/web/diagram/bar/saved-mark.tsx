/**
 * Whether the server has what was changed here; always in view. What is saved in a moment still shows for as long as it
 * takes to be seen, and a connection that is back at once shows nothing.
 */
import { IconCheck, IconCloudOff, IconDots, IconLock, type Icon as TablerIcon } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useDiagramState, useSaved } from '../../../client/react/index.ts';
import { useOpenDiagram } from '../open-diagram.ts';
import { useLasting } from './lasting.ts';
import styles from './saved-mark.module.css';
import { savedState, type SavedState } from './saved-state.ts';

const SAVING_SHOWS = 400;
const OFFLINE_AFTER = 1000;

const icons = {
  connecting: IconDots,
  saved: IconCheck,
  saving: IconDots,
  offline: IconCloudOff,
  kept: IconLock,
} satisfies Record<SavedState['kind'], TablerIcon>;

export function SavedMark() {
  const { diagram } = useOpenDiagram();
  const status = useDiagramState(diagram, (state) => state.status);
  const { unsavedChanges, keptHere } = useSaved(diagram);
  const permissions = useDiagramState(diagram, (state) => state.permissions);
  const state = savedState({ status, unsavedChanges, permissions, keptHere });
  const saving = useLasting(state.kind === 'saving', { least: SAVING_SHOWS });
  const offline = useLasting(state.kind === 'offline', { after: OFFLINE_AFTER });
  return <Mark state={calm(state, { saving, offline })} />;
}

function calm(state: SavedState, { saving, offline }: { saving: boolean; offline: boolean }): SavedState {
  if (state.kind === 'offline' && !offline) return state.changes === 0 ? { kind: 'saved' } : { kind: 'saving' };
  return state.kind === 'saved' && saving ? { kind: 'saving' } : state;
}

function Mark({ state }: { state: SavedState }) {
  const { t } = useTranslation('room');
  const Icon = icons[state.kind];
  const [long, short] = wordsOf(state, t);
  return (
    <span className={styles.mark} data-saved={state.kind} title={long}>
      <Icon size={16} stroke={2} aria-hidden />
      <span className={styles.long}>{long}</span>
      <span className={styles.short} aria-hidden>
        {short}
      </span>
    </span>
  );
}

function wordsOf(state: SavedState, t: ReturnType<typeof useTranslation<'room'>>['t']): [string, string] {
  switch (state.kind) {
    case 'connecting':
    case 'saved':
    case 'saving':
      return [t(state.kind), t(state.kind)];
    case 'offline':
      if (state.changes === 0) return [t('offline'), t('offlineShort')];
      return state.here
        ? [t('offlineKept', { count: state.changes }), t('offlineKeptShort', { count: state.changes })]
        : [t('offlineNotSaved', { count: state.changes }), t('notSavedShort', { count: state.changes })];
    case 'kept':
      return [
        t(state.here ? 'notSaved' : 'notSavedShort', { count: state.changes }),
        t('notSavedShort', { count: state.changes }),
      ];
  }
}
