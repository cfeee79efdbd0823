/**
 * What the others see of me: where I point, what I have selected, which part I see; and while I present, the same as the
 * view that they may follow. A view is told by its middle, because their window may be larger or smaller than mine.
 */
import { useOnViewportChange, useReactFlow, useStoreApi, type Viewport as Transform } from '@xyflow/react';
import { useEffect, useMemo, type PointerEvent } from 'react';
import { systemClock } from '../../../client/clock.ts';
import type { LiveDiagram } from '../../../client/index.ts';
import { throttle, type Throttled } from '../../../client/live/throttle.ts';
import type { Drawing } from '../canvas/drawing.ts';
import type { Point } from '../model/geometry.ts';
import { toldOf } from './bounds.ts';

/** How often my cursor and my view go out, ms. */
const EVERY = 50;

export function useTelling(diagram: LiveDiagram, drawing: Drawing) {
  const { screenToFlowPosition } = useReactFlow();
  const store = useStoreApi();

  const tellView = useMemo(
    () =>
      lastOf(({ x, y, zoom }: Transform) => {
        const { width, height } = store.getState();
        const viewport = { x: (width / 2 - x) / zoom, y: (height / 2 - y) / zoom, zoom };
        diagram.setViewport(viewport);
        if (presents(diagram)) diagram.showView({ viewport });
      }),
    [diagram, store],
  );
  const tellCursor = useMemo(
    () =>
      lastOf((cursor: Point | null) => {
        diagram.setCursor(cursor);
        if (presents(diagram)) diagram.showView({ cursor });
      }),
    [diagram],
  );
  useOnViewportChange({ onChange: tellView });

  useEffect(() => {
    let told: ReadonlySet<string> = new Set();
    const tell = () => {
      const { selection } = drawing;
      if (selection === told) return;
      told = selection;
      diagram.setSelection(toldOf(selection));
      if (presents(diagram)) diagram.showView({ selected_cells: toldOf(selection) });
    };
    // Whoever begins to present, and whoever comes later, is shown where the presenter is now.
    let roster = '';
    const greet = () => {
      const now = presents(diagram) ? diagram.participants.map(({ user_id }) => user_id).join('\n') : '';
      if (now === roster) return;
      roster = now;
      if (!presents(diagram)) return;
      const [x, y, zoom] = store.getState().transform;
      tellView({ x, y, zoom });
      diagram.showView({ selected_cells: toldOf(drawing.selection) });
    };
    const [x, y, zoom] = store.getState().transform;
    tellView({ x, y, zoom });
    greet();
    const stops = [drawing.subscribe(tell), diagram.on('change', greet), tellView.stop, tellCursor.stop];
    return () => stops.forEach((stop) => stop());
  }, [diagram, drawing, store, tellView, tellCursor]);

  return {
    onPointerMove: (event: PointerEvent) => {
      const { x, y } = screenToFlowPosition({ x: event.clientX, y: event.clientY }, { snapToGrid: false });
      tellCursor({ x: Math.round(x), y: Math.round(y) });
    },
    onPointerLeave: () => tellCursor(null),
  };
}

function presents({ state }: LiveDiagram): boolean {
  return state.me?.is_presenter ?? false;
}

/** Of what comes in one while the last. */
function lastOf<Value>(send: (value: Value) => void): Throttled<Value> {
  return throttle(systemClock, EVERY, send, (_, value) => value);
}
