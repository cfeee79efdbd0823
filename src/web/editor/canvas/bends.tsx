/**
 * The bends of a selected edge: each can be dragged; a point between two of them becomes a bend when it is dragged; a
 * double click takes a bend away. One drag is one step.
 */
import { useReactFlow } from '@xyflow/react';
import { useRef, type PointerEvent } from 'react';
import { useDesk } from '../desk.ts';
import { changeEdge } from '../document/edits.ts';
import { Step } from '../document/history.ts';
import type { EdgeCell } from '../model/cell.ts';
import type { Point } from '../model/geometry.ts';
import styles from './canvas.module.css';

interface Drag {
  step: Step;
  /** Which bend, and all of them as they were. */
  index: number;
  vertices: Point[];
}

/** @param points the ends of the way, with the bends between them */
export function Bends({ cell, points }: { cell: EdgeCell; points: readonly Point[] }) {
  const { diagram, writable } = useDesk();
  const { screenToFlowPosition } = useReactFlow();
  const drag = useRef<Drag | null>(null);
  const vertices = cell.vertices ?? [];

  function take(event: PointerEvent<SVGCircleElement>, index: number, fresh: Point | null): void {
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    const taken = fresh ? vertices.toSpliced(index, 0, fresh) : [...vertices];
    drag.current = { step: new Step(), index, vertices: taken };
  }

  function move(event: PointerEvent<SVGCircleElement>): void {
    if (drag.current === null || !writable.get()) return;
    const { step, index, vertices: taken } = drag.current;
    const place = screenToFlowPosition({ x: event.clientX, y: event.clientY }, { snapToGrid: true });
    changeEdge(diagram.cells, cell.id, { vertices: taken.with(index, place) }, step);
  }

  const hold = (index: number, fresh: Point | null) => ({
    onPointerDown: (event: PointerEvent<SVGCircleElement>) => take(event, index, fresh),
    onPointerMove: move,
    onPointerUp: () => (drag.current = null),
    onPointerCancel: () => (drag.current = null),
  });
  const remove = (index: number) =>
    writable.get() && changeEdge(diagram.cells, cell.id, { vertices: vertices.toSpliced(index, 1) }, new Step());

  const between = points.slice(1).map((point, index) => {
    const before = points[index]!;
    return { index, name: `between ${index}`, middle: { x: (before.x + point.x) / 2, y: (before.y + point.y) / 2 } };
  });
  const bends = vertices.map((vertex, index) => ({ ...vertex, index, name: `bend ${index}` }));
  return (
    <g className="nopan">
      {between.map(({ index, name, middle }) => (
        <circle key={name} className={styles.freshBend} cx={middle.x} cy={middle.y} r={4} {...hold(index, middle)} />
      ))}
      {bends.map(({ index, name, x, y }) => (
        <circle
          key={name}
          className={styles.bend}
          cx={x}
          cy={y}
          r={5}
          onDoubleClick={() => remove(index)}
          {...hold(index, null)}
        />
      ))}
    </g>
  );
}
