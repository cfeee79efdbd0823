/**
 * Where the others point: an arrow and a name in their colour. A cursor glides from place to place, and fades when it
 * has not moved for three seconds. React draws each person once; where they are is written straight into the page.
 */
import { ViewportPortal, useStoreApi } from '@xyflow/react';
import { useEffect, useRef, useState, type CSSProperties } from 'react';
import type { LiveDiagram, Presence } from '../../../client/index.ts';
import { isolated } from '../../language/isolated.ts';
import { glide, prefersStill } from '../canvas/glide.ts';
import type { Point } from '../model/geometry.ts';
import styles from './cursors.module.css';

const RESTS_AFTER = 3000;
/** A name at a pointer that is nearer than this to the right edge stands on its other side, px. */
const ROOM_FOR_NAME = 140;

interface Shown {
  at: Point;
  aim: Point;
  movedAt: number;
}

export function Cursors({ diagram }: { diagram: LiveDiagram }) {
  const [people, setPeople] = useState<readonly Presence[]>([]);
  const elements = useRef(new Map<number, HTMLElement>());
  const store = useStoreApi();

  useEffect(() => {
    const shown = new Map<number, Shown>();
    let frame = 0;
    let last = 0;
    const draw = (now: number) => {
      let moving = false;
      const { transform, width } = store.getState();
      for (const [id, one] of shown) {
        one.at = prefersStill() ? one.aim : glide(one.at, one.aim, now - last);
        const resting = now - one.movedAt > RESTS_AFTER;
        moving ||= !resting;
        const element = elements.current.get(id);
        if (!element) continue;
        element.style.transform = `translate(${one.at.x}px, ${one.at.y}px) scale(${1 / transform[2]})`;
        element.dataset.resting = String(resting);
        element.dataset.atEdge = String(one.at.x * transform[2] + transform[0] > width - ROOM_FOR_NAME);
      }
      last = now;
      frame = moving ? requestAnimationFrame(draw) : 0;
    };
    const wake = () => {
      if (frame !== 0) return;
      last = performance.now();
      frame = requestAnimationFrame(draw);
    };
    const hear = (others: readonly Presence[]) => {
      const now = performance.now();
      const pointing = others.filter(({ cursor }) => cursor !== null);
      for (const id of shown.keys()) if (!pointing.some(({ clientId }) => clientId === id)) shown.delete(id);
      for (const { clientId, cursor } of pointing) {
        const before = shown.get(clientId);
        if (!before) shown.set(clientId, { at: cursor!, aim: cursor!, movedAt: now });
        else if (before.aim.x !== cursor!.x || before.aim.y !== cursor!.y)
          Object.assign(before, { aim: cursor!, movedAt: now });
      }
      setPeople((known) => (sameFaces(known, pointing) ? known : pointing));
      wake();
    };
    hear(diagram.presence);
    const unlisten = diagram.on('presence', hear);
    const unsubscribe = store.subscribe(({ transform }, before) => {
      if (transform[2] !== before.transform[2]) wake();
    });
    return () => {
      unlisten();
      unsubscribe();
      cancelAnimationFrame(frame);
    };
  }, [diagram, store]);

  return (
    <ViewportPortal>
      {people.map(({ clientId, name, color }) => (
        <div
          key={clientId}
          ref={(element) => {
            if (element) elements.current.set(clientId, element);
            else elements.current.delete(clientId);
          }}
          className={styles.cursor}
          data-cursor={name}
          style={{ '--colour': color } as CSSProperties}
          aria-hidden
        >
          <svg width="18" height="18" viewBox="0 0 18 18">
            <path d="M2 1.5 L2 14 L5.6 10.6 L8.1 16 L10.6 14.9 L8.2 9.6 L13 9.4 Z" />
          </svg>
          <span>{isolated(name)}</span>
        </div>
      ))}
    </ViewportPortal>
  );
}

function sameFaces(one: readonly Presence[], other: readonly Presence[]): boolean {
  const faces = (list: readonly Presence[]) =>
    list.map(({ clientId, name, color }) => `${clientId} ${name} ${color}`).join('\n');
  return faces(one) === faces(other);
}
