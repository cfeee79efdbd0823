/**
 * An edge on the canvas: its way, its head and its label; when it is selected, its bends, which the label, lying on the
 * middle of the way, makes room for.
 */
import { BaseEdge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { memo, useSyncExternalStore, type CSSProperties } from 'react';
import { useDeskOrNone, useValue } from '../desk.ts';
import { useOutline } from '../presence/outlines.ts';
import { Bends } from './bends.tsx';
import styles from './canvas.module.css';
import type { FlowEdge } from './flow.ts';
import { LabelField } from './label-field.tsx';

export const EdgeView = memo(function EdgeView({ id, data, selected }: EdgeProps<FlowEdge>) {
  return data ? <Way id={id} data={data} selected={selected ?? false} /> : null;
});

interface WayProps {
  id: string;
  data: NonNullable<FlowEdge['data']>;
  selected: boolean;
}

/** Where React Flow has its ends is of no matter to it: it has its own way. */
const Way = memo(function Way({ id, data: { cell, way }, selected }: WayProps) {
  const desk = useDeskOrNone();
  const isRenaming = useValue(desk?.renaming ?? null, (renaming) => renaming === id);
  const isWritable = useValue(desk?.writable ?? null, (writable) => writable === true);
  const outline = useOutline(id);
  const route = useSyncExternalStore(way.subscribe, way.get);
  const isInHand = desk !== null && isWritable && selected;
  const label = cell.label ?? '';
  const place = { '--x': `${route.middle.x}px`, '--y': `${route.middle.y}px` } as CSSProperties;
  return (
    <g className={styles.edge} data-selected={selected}>
      {outline !== null && <path className={styles.halo} d={route.line} style={{ stroke: outline }} />}
      <BaseEdge id={id} path={route.line} interactionWidth={20} className={styles.line ?? ''} />
      {route.head !== '' && <path className={styles.head} d={route.head} />}
      {(label !== '' || isRenaming) && (
        <EdgeLabelRenderer>
          <div
            className={`${styles.edgeLabel} nopan`}
            data-selected={selected}
            data-aside={isInHand && !isRenaming}
            data-edge-label={id}
            style={place}
          >
            {desk && isRenaming ? <LabelField id={id} label={label} /> : label}
          </div>
        </EdgeLabelRenderer>
      )}
      {isInHand && <Bends cell={cell} route={route} />}
    </g>
  );
});
