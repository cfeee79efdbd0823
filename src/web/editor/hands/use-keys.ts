/**
 * Does what the keys ask for. The canvas has all of them: Tab goes through the cells, and past the last one out (S keeps the
 * one it is at selected, as the mouse does with Shift); the focus
 * goes with it, so that what the cell is called is said, and comes back to the canvas when the cell goes. From
 * anywhere else on the page, such as a button that was clicked last, it has those that nothing there needs. While
 * something stands in place of the canvas it has none.
 */
import { useReactFlow } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import { everything } from '../canvas/framing.ts';
import { prefersStill } from '../canvas/glide.ts';
import type { Desk } from '../desk.ts';
import type { Point } from '../model/geometry.ts';
import { readingOrder, stepFrom } from '../model/reading-order.ts';
import type { Acting } from './acting.ts';
import { wishOf, type Wish } from './keys.ts';

/** What has keys of its own: whatever is typed there is meant for it. */
const FIELDS = 'input, textarea, select, [role="dialog"], [role="menu"], [role="listbox"]';
/** What moves between buttons, and presses them. */
const keysOfButtons: ReadonlySet<string> = new Set([
  'Enter',
  ' ',
  'Tab',
  'Escape',
  'ArrowUp',
  'ArrowDown',
  'ArrowLeft',
  'ArrowRight',
]);

/** What React Flow shows of a cell, on the canvas. */
const CELL = '[data-canvas] .react-flow__node, [data-canvas] .react-flow__edge';
/** The cell that has the focus, or whose label has; the label of an edge is drawn elsewhere. */
const focusedCell = (): string | null => {
  const { activeElement: focused } = document;
  return (
    focused?.closest(CELL)?.getAttribute('data-id') ??
    focused?.closest('[data-edge-label]')?.getAttribute('data-edge-label') ??
    null
  );
};
const canvas = () => document.querySelector<HTMLElement>('[data-canvas]');
const focusCanvas = () => canvas()?.focus({ preventScroll: true });

/** @param middle where something new goes; @param help shows the list of keys */
export function useKeys(desk: Desk, acting: Acting, middle: () => Point, help: () => void): void {
  const flow = useReactFlow();
  /** What stays selected while Tab goes on. */
  const kept = useRef<readonly string[]>([]);
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      const { target, key, defaultPrevented } = event;
      if (defaultPrevented || !(target instanceof Element) || target.closest(FIELDS)) return;
      if (canvas()?.closest('[inert]') !== null) return;
      const inCanvas = target.closest('[data-canvas]') !== null && target.closest('button') === null;
      if (!inCanvas && keysOfButtons.has(key)) return;
      const wish = wishOf(event);
      if (wish && grant(wish)) event.preventDefault();
    };
    document.addEventListener('keydown', hear);
    return () => document.removeEventListener('keydown', hear);
  });
  const { drawing } = desk;
  useEffect(
    () =>
      drawing.subscribe(() => {
        const id = focusedCell();
        if (id !== null && !drawing.cells.has(id)) focusCanvas();
      }),
    [drawing],
  );

  /** @returns whether the key was taken; a Tab past the end is not */
  function grant(wish: Wish): boolean {
    const duration = prefersStill() ? 0 : 120;
    switch (wish.kind) {
      case 'create':
        acting.create(wish.shape, middle());
        return true;
      case 'move':
        acting.nudge(wish.by);
        return true;
      case 'grow':
        acting.grow(wish.by);
        return true;
      case 'step':
        return step(wish.back);
      case 'keep':
        keep();
        return true;
      case 'zoom':
        if (wish.by === 'in') void flow.zoomIn({ duration });
        else if (wish.by === 'out') void flow.zoomOut({ duration });
        else void flow.zoomTo(1, { duration });
        return true;
      case 'fit':
        void flow.fitView({ duration, ...everything });
        return true;
      case 'all':
        acting.selectAll();
        return true;
      case 'leave':
        acting.selectNothing();
        focusCanvas();
        desk.moving.abandon();
        if (desk.diagram.state.following) desk.diagram.stopFollowing();
        return true;
      case 'connect':
        acting.connectChosen();
        return true;
      case 'help':
        help();
        return true;
      default:
        acting[wish.kind]();
        return true;
    }
  }

  /** Where Tab is. */
  function here(): string | null {
    const focused = focusedCell();
    if (focused !== null && drawing.selection.has(focused)) return focused;
    const [only] = drawing.selection.size === 1 ? drawing.selection : [];
    return only ?? null;
  }

  /** Whatever else changes what is selected ends it. */
  const stillKept = () => kept.current.filter((id) => drawing.selection.has(id));

  function keep(): void {
    const id = here();
    if (id === null) return;
    const others = stillKept().filter((one) => one !== id);
    kept.current = stillKept().includes(id) ? others : [...others, id];
  }

  function step(back: boolean): boolean {
    const next = stepFrom(readingOrder(drawing.cells), here(), back);
    if (next === null) return false;
    kept.current = stillKept();
    drawing.select([...kept.current, next]);
    document.querySelector<HTMLElement>(`:is(${CELL})[data-id="${CSS.escape(next)}"]`)?.focus({ preventScroll: true });
    const rect = drawing.rect(next);
    const { x, y, zoom } = flow.getViewport();
    const seen = canvas()?.getBoundingClientRect();
    if (!rect || !seen) return true;
    const place = { left: rect.x * zoom + x, top: rect.y * zoom + y };
    const isSeen =
      place.left >= 0 &&
      place.top >= 0 &&
      place.left + rect.width * zoom <= seen.width &&
      place.top + rect.height * zoom <= seen.height;
    if (!isSeen)
      void flow.setCenter(rect.x + rect.width / 2, rect.y + rect.height / 2, {
        zoom,
        duration: prefersStill() ? 0 : 120,
      });
    return true;
  }
}
