/** Looking around, and undo and redo. */
import { ActionIcon, Tooltip, UnstyledButton } from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconKeyboard,
  IconMap2,
  IconMaximize,
  IconMinus,
  IconPlus,
} from '@tabler/icons-react';
import { useReactFlow, useStore } from '@xyflow/react';
import { useSyncExternalStore, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { everything } from '../canvas/framing.ts';
import { prefersStill } from '../canvas/glide.ts';
import { useDesk } from '../desk.ts';
import type { Acting } from '../hands/acting.ts';
import styles from './bars.module.css';

interface BottomBarProps {
  acting: Acting;
  writable: boolean;
  overview: boolean;
  onOverview(): void;
  onKeys(): void;
}

export function BottomBar({ acting, writable, overview, onOverview, onKeys }: BottomBarProps) {
  const { t } = useTranslation('editor');
  const { history } = useDesk();
  const { canUndo, canRedo } = useSyncExternalStore(history.subscribe, () => history.state);
  const { zoomIn, zoomOut, zoomTo, fitView } = useReactFlow();
  const percent = useStore(({ transform }) => Math.round(transform[2] * 100));
  const smoothly = () => ({ duration: prefersStill() ? 0 : 120 });
  return (
    <div className={styles.bottom} role="toolbar" aria-label={t('canvas')}>
      {writable && (
        <div className={styles.group}>
          <Tool label={t('undo')} disabled={!canUndo} onClick={acting.undo}>
            <IconArrowBackUp />
          </Tool>
          <Tool label={t('redo')} disabled={!canRedo} onClick={acting.redo}>
            <IconArrowForwardUp />
          </Tool>
        </div>
      )}
      <div className={styles.group}>
        <Tool label={t('zoomOut')} onClick={() => void zoomOut(smoothly())}>
          <IconMinus />
        </Tool>
        <Tooltip label={t('zoomLevel')}>
          <UnstyledButton className={styles.percent} onClick={() => void zoomTo(1, smoothly())}>
            {percent}%
          </UnstyledButton>
        </Tooltip>
        <Tool label={t('zoomIn')} onClick={() => void zoomIn(smoothly())}>
          <IconPlus />
        </Tool>
        <Tool label={t('fit')} onClick={() => void fitView({ ...smoothly(), ...everything })}>
          <IconMaximize />
        </Tool>
      </div>
      <div className={`${styles.group} ${styles.wide}`}>
        <Tool label={t('minimap')} pressed={overview} onClick={onOverview}>
          <IconMap2 />
        </Tool>
        <Tool label={t('keys')} onClick={onKeys}>
          <IconKeyboard />
        </Tool>
      </div>
    </div>
  );
}

interface ToolProps {
  label: string;
  onClick(): void;
  disabled?: boolean;
  pressed?: boolean;
  children: ReactNode;
}

export function Tool({ label, onClick, disabled = false, pressed, children }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        className={styles.icon}
        variant="subtle"
        color="gray"
        size={32}
        aria-label={label}
        {...(pressed !== undefined && { 'aria-pressed': pressed })}
        disabled={disabled}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
