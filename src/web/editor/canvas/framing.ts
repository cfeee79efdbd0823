/**
 * What of the diagram is seen when nobody has said: all of it, as it is when it is opened, and again when the canvas
 * gets another size, until somebody moves the view. What is drawn into an empty diagram stays where it is drawn.
 */
import { useReactFlow, useStoreApi } from '@xyflow/react';
import { useEffect } from 'react';
import type { Drawing } from './drawing.ts';

/** Room for the bars, which lie over the canvas. */
const BESIDE_BARS = { top: '64px', right: '24px', bottom: '72px', left: '72px' } as const;

/** How near one can go, and how far away. */
export const zooms = { minZoom: 0.1, maxZoom: 4 };

/** Everything in view; what is small is made a little larger when somebody asks for it. */
export const everything = { padding: BESIDE_BARS, maxZoom: 1.5 };
const WHOLE = { ...everything, maxZoom: 1 };

export function useFraming(drawing: Drawing): void {
  const { fitView } = useReactFlow();
  const store = useStoreApi();
  useEffect(() => {
    let frame = 0;
    /** The view as it was put last; another one is somebody's own. */
    let framed: unknown = null;
    const put = () => {
      frame = requestAnimationFrame(async () => {
        const isDrawnHere = framed === null && drawing.selection.size > 0;
        if (isDrawnHere) return;
        await fitView(WHOLE);
        framed = store.getState().transform;
      });
    };
    const look = () => {
      if (frame === 0 && drawing.cells.size > 0) put();
    };
    look();
    const stops = [
      drawing.subscribe(look),
      store.subscribe(({ width, height, transform }, before) => {
        if (width === before.width && height === before.height) return;
        if (framed !== null && transform === framed) put();
      }),
    ];
    return () => {
      stops.forEach((stop) => stop());
      cancelAnimationFrame(frame);
    };
  }, [drawing, fitView, store]);
}
