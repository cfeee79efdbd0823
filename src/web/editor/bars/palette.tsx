/** The shapes to draw with: dragged onto the canvas, or clicked, which puts one into the middle of what is seen. */
import { Tooltip, UnstyledButton } from '@mantine/core';
import type { DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { shapes, type Shape } from '../model/shapes.ts';
import styles from './bars.module.css';
import { ShapeIcon } from './shape-icon.tsx';

const DRAGGED = 'application/x-roundtable-shape';

export function Palette({ onChoose }: { onChoose(shape: Shape): void }) {
  const { t } = useTranslation('editor');
  return (
    <div className={styles.palette} role="toolbar" aria-orientation="vertical" aria-label={t('palette')}>
      {shapes.map((shape, index) => (
        <Tooltip key={shape} label={`${t(shape)} · ${index + 1}`} position="right">
          <UnstyledButton
            className={styles.tool}
            aria-label={t(shape)}
            aria-keyshortcuts={String(index + 1)}
            draggable
            onDragStart={(event: DragEvent) => {
              event.dataTransfer.setData(DRAGGED, shape);
              event.dataTransfer.effectAllowed = 'copy';
            }}
            onClick={() => onChoose(shape)}
          >
            <ShapeIcon shape={shape} />
            <kbd>{index + 1}</kbd>
          </UnstyledButton>
        </Tooltip>
      ))}
    </div>
  );
}

/** Whether something from the palette is dragged. */
export function isShapeDragged({ dataTransfer }: DragEvent): boolean {
  return dataTransfer.types.includes(DRAGGED);
}

/** The shape that was dropped; null for anything else. */
export function droppedShape({ dataTransfer }: DragEvent): Shape | null {
  return shapes.find((shape) => shape === dataTransfer.getData(DRAGGED)) ?? null;
}
