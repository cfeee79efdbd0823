/**
 * A node on the canvas: its shape, its label, what others have selected, and what hands take hold of. The four ends for
 * edges can be taken hold of only where a hand may want them: each listens to all that happens on the canvas, and of a
 * thousand cells there would be thousands. Elsewhere they are at rest: React Flow measures them to know where edges end.
 */
import { Handle, NodeResizer, Position, type NodeProps } from '@xyflow/react';
import { memo, useState, type CSSProperties } from 'react';
import { useDeskOrNone, useValue } from '../desk.ts';
import { smallest } from '../model/shapes.ts';
import { useOutline } from '../presence/outlines.ts';
import styles from './canvas.module.css';
import type { FlowNode } from './flow.ts';
import { LabelField } from './label-field.tsx';

const handles = [
  ['top', Position.Top],
  ['right', Position.Right],
  ['bottom', Position.Bottom],
  ['left', Position.Left],
] as const;

export const NodeView = memo(function NodeView({ id, type, data: { label }, selected }: NodeProps<FlowNode>) {
  const desk = useDeskOrNone();
  const isRenaming = useValue(desk?.renaming ?? null, (renaming) => renaming === id);
  const isWritable = useValue(desk?.writable ?? null, (writable) => writable === true);
  const isConnecting = useValue(desk?.connecting ?? null, (connecting) => connecting === true);
  const [isPointedAt, setPointedAt] = useState(false);
  const outline = useOutline(id);
  const style = outline === null ? undefined : ({ '--outline': outline } as CSSProperties);
  return (
    <div
      className={styles.node}
      data-shape={type}
      data-selected={selected}
      data-outlined={outline !== null}
      style={style}
      onPointerEnter={() => setPointedAt(true)}
      onPointerLeave={() => setPointedAt(false)}
    >
      {desk && isWritable && selected && <Resizer id={id} />}
      {desk && isRenaming ? <LabelField id={id} label={label} /> : <span className={styles.label}>{label}</span>}
      {handles.map(([side, position]) =>
        isWritable && (selected || isPointedAt || isConnecting) ? (
          <Handle key={side} id={side} type="source" position={position} className={styles.handle} />
        ) : (
          <EndAtRest key={side} side={side} position={position} />
        ),
      )}
    </div>
  );
});

function EndAtRest({ side, position }: { side: string; position: Position }) {
  const classes = `react-flow__handle react-flow__handle-${position} source ${styles.handle} ${styles.atRest}`;
  return <div className={classes} data-handleid={side} data-handlepos={position} />;
}

function Resizer({ id }: { id: string }) {
  const desk = useDeskOrNone()!;
  return (
    <NodeResizer
      minWidth={smallest.width}
      minHeight={smallest.height}
      lineClassName={styles.resizeLine ?? ''}
      handleClassName={styles.resizeHandle ?? ''}
      onResizeStart={() => desk.moving.begin([id], false)}
      onResize={(_, { x, y, width, height }) => {
        if (desk.writable.get()) desk.moving.to(new Map([[id, { x, y, width, height }]]));
      }}
      onResizeEnd={() => desk.moving.end()}
    />
  );
}
