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
import { useDesk } from '../desk.ts';
import type { Acting } from '../hands/acting.ts';
import { isEdge } from '../model/cell.ts';
import styles from './bars.module.css';
import { Tool } from './bottom-bar.tsx';

export function SelectionBar({ acting }: { acting: Acting }) {
  const { t } = useTranslation('editor');
  const { drawing } = useDesk();
  useSyncExternalStore(drawing.subscribe, () => drawing.drawn);
  const chosen = [...drawing.selection].flatMap((id) => drawing.cells.get(id) ?? []);
  const [only] = chosen.length === 1 ? chosen : [];
  const edge = only && isEdge(only) ? only : null;
  if (chosen.length === 0) return null;
  return (
    <div className={styles.selection} role="toolbar" aria-label={t('selected')}>
      {only && (
        <Tool label={t('rename')} onClick={acting.rename}>
          <IconPencil />
        </Tool>
      )}
      {edge && (
        <Tool
          label={t(edge.shape === 'flow' ? 'makeEdge' : 'makeFlow')}
          onClick={() => acting.changeEdge(edge.id, { shape: edge.shape === 'flow' ? 'edge' : 'flow' })}
        >
          {edge.shape === 'flow' ? <IconLine /> : <IconArrowNarrowRight />}
        </Tool>
      )}
      {!edge && (
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
