/** Following the presenter: the canvas shows what they show, until Escape is pressed or the canvas is moved by hand. */
import { useReactFlow } from '@xyflow/react';
import { useEffect } from 'react';
import type { LiveDiagram, PresenterView } from '../../../client/index.ts';
import { prefersStill } from '../canvas/glide.ts';
import { viewOf } from './bounds.ts';

const GLIDE = 120;

export function useFollowing(diagram: LiveDiagram): void {
  const { setCenter } = useReactFlow();
  useEffect(() => {
    let following = false;
    const show = ({ viewport }: PresenterView) => {
      const view = viewOf(viewport);
      if (view === null) return;
      void setCenter(view.x, view.y, { zoom: view.zoom, duration: prefersStill() ? 0 : GLIDE });
    };
    const begin = () => {
      const { state } = diagram;
      if (state.following && !following && state.view) show(state.view);
      following = state.following;
    };
    begin();
    const stops = [diagram.on('view', show), diagram.on('change', begin)];
    return () => stops.forEach((stop) => stop());
  }, [diagram, setCenter]);
}
