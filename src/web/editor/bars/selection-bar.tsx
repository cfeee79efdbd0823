/** What can be done with what is selected, for hands without keys. */
import {
  IconArrowNarrowRight,
  IconCopy,
  IconLayersIntersect,
  IconLayersSubtract,
  IconLine,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { Drawing } from '../canvas/drawing.ts';
import { useDesk } from '../desk.ts';
import type { Acting } from '../hands/acting.ts';
import { isEdge, type Cell } from '../model/cell.ts';
import type { Joint } from '../model/shapes.ts';
import styles from './bars.module.css';
import { Tool } from './bottom-bar.tsx';

export function SelectionBar({ acting }: { acting: Acting }) {
  const { t } = useTranslation('editor');
  const { drawing } = useDesk();
  // Where the cells are is of no matter here, and changes with every frame of a drag.
  const count = useSyncExternalStore(drawing.subscribe, () => drawing.selection.size);
  const joint = useSyncExternalStore(drawing.subscribe, () => jointOf(only(drawing)));
  if (count === 0) return null;
  return (
    <div className={styles.selection} role="toolbar" aria-label={t('selected')}>
      {count === 1 && (
        <Tool label={t('rename')} onClick={acting.rename}>
          <IconPencil />
        </Tool>
      )}
      {joint && (
        <Tool
          label={t(joint === 'flow' ? 'makeEdge' : 'makeFlow')}
          onClick={() => acting.changeEdge(only(drawing)!.id, { shape: joint === 'flow' ? 'edge' : 'flow' })}
        >
          {joint === 'flow' ? <IconLine /> : <IconArrowNarrowRight />}
        </Tool>
      )}
      {!joint && (
        <>
          <Tool label={t('duplicate')} onClick={() => acting.duplicate()}>
            <IconCopy />
          </Tool>
          <Tool label={t('toFront')} onClick={() => acting.restack('front')}>
            <IconLayersIntersect />
          </Tool>
          <Tool label={t('toBack')} onClick={() => acting.restack('back')}>
            <IconLayersSubtract />
          </Tool>
        </>
      )}
      <Tool label={t('remove')} onClick={acting.remove}>
        <IconTrash />
      </Tool>
    </div>
  );
}

/** What is selected, if it is one. */
function only({ cells, selection }: Drawing): Cell | undefined {
  const [id] = selection;
  return id !== undefined && selection.size === 1 ? cells.get(id) : undefined;
}

function jointOf(cell: Cell | undefined): Joint | null {
  return cell && isEdge(cell) ? cell.shape : null;
}
