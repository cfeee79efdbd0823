/**
 * The bends of a selected edge: each can be dragged; a point between two of them becomes a bend when it is dragged; a
 * double click takes a bend away, if it began on it: the first click may have selected the edge. One drag is one step; a
 * hand that trembles is none.
 */
import { useReactFlow } from '@xyflow/react';
import { useRef, type MouseEvent, type PointerEvent } from 'react';
import { useDesk } from '../desk.ts';
import { changeEdge } from '../document/edits.ts';
import { Step } from '../document/history.ts';
import type { EdgeCell } from '../model/cell.ts';
import type { Point } from '../model/geometry.ts';
import type { Route } from '../model/route.ts';
import styles from './canvas.module.css';

/** How far a hand trembles, px. */
const SLACK = 3;

interface Drag {
  step: Step;
  /** Where on the screen it was taken; null once it is moved. */
  from: Point | null;
  /** Which bend, and all of them as they were. */
  index: number;
  vertices: Point[];
}

/** @param route the way of the edge, whose points are its ends with the bends between them */
export function Bends({ cell, route: { points, middle: halfWay } }: { cell: EdgeCell; route: Route }) {
  const { diagram, writable } = useDesk();
  const { screenToFlowPosition } = useReactFlow();
  const drag = useRef<Drag | null>(null);
  /** The bends that were pressed: the one before the last, and the last; null for a point between. */
  const pressed = useRef<[number | null, number | null]>([null, null]);
  const vertices = cell.vertices ?? [];

  function take(event: PointerEvent, index: number, fresh: Point | null): void {
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    pressed.current = [pressed.current[1], fresh ? null : index];
    const taken = fresh ? vertices.toSpliced(index, 0, fresh) : [...vertices];
    drag.current = { step: new Step(), from: { x: event.clientX, y: event.clientY }, index, vertices: taken };
  }

  function move(event: PointerEvent): void {
    if (drag.current === null || !writable.get()) return;
    const { step, from, index, vertices: taken } = drag.current;
    if (from && Math.hypot(event.clientX - from.x, event.clientY - from.y) < SLACK) return;
    drag.current.from = null;
    const place = screenToFlowPosition({ x: event.clientX, y: event.clientY }, { snapToGrid: true });
    changeEdge(diagram.cells, cell.id, { vertices: taken.with(index, place) }, step);
  }

  function remove(event: MouseEvent, index: number): void {
    if (pressed.current[0] !== index) return;
    event.stopPropagation();
    if (writable.get()) changeEdge(diagram.cells, cell.id, { vertices: vertices.toSpliced(index, 1) }, new Step());
  }

  const hold = (index: number, fresh: Point | null) => ({
    onPointerDown: (event: PointerEvent) => take(event, index, fresh),
    onPointerMove: move,
    onPointerUp: () => (drag.current = null),
    onPointerCancel: () => (drag.current = null),
  });

  const between = points.slice(1).map((point, index) => {
    const before = points[index]!;
    const straight = { x: (before.x + point.x) / 2, y: (before.y + point.y) / 2 };
    return { index, name: `between ${index}`, middle: vertices.length === 0 ? halfWay : straight };
  });
  const bends = vertices.map((vertex, index) => ({ index, name: `bend ${index}`, vertex }));
  return (
    <g className="nopan">
      {between.map(({ index, name, middle }) => (
        <g key={name} className={styles.freshBend} {...hold(index, middle)}>
          <Grip at={middle} radius={4} />
        </g>
      ))}
      {bends.map(({ index, name, vertex }) => (
        <g key={name} onDoubleClick={(event) => remove(event, index)} {...hold(index, null)}>
          <Grip at={vertex} radius={5} />
        </g>
      ))}
    </g>
  );
}

/** A dot, in a larger place to take hold of. */
function Grip({ at: { x, y }, radius }: { at: Point; radius: number }) {
  return (
    <>
      <circle className={styles.grip} cx={x} cy={y} />
      <circle className={styles.dot} cx={x} cy={y} r={radius} />
    </>
  );
}
