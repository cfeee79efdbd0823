/** A shape, small. */
import type { Shape } from '../model/shapes.ts';

const paths: Record<Shape, string> = {
  process: 'M8 6.5h8a5.5 5.5 0 0 1 0 11h-8a5.5 5.5 0 0 1 0 -11z',
  store: 'M3.5 7.5h17M3.5 16.5h17',
  actor: 'M4 6.5h16v11h-16z',
  boundary: 'M6 4.5h12a2 2 0 0 1 2 2v11a2 2 0 0 1 -2 2h-12a2 2 0 0 1 -2 -2v-11a2 2 0 0 1 2 -2z',
  text: 'M6.5 8v-1.5h11v1.5M12 6.5v11M10 17.5h4',
};

export function ShapeIcon({ shape }: { shape: Shape }) {
  return (
    <svg width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden>
      <path
        d={paths[shape]}
        strokeDasharray={shape === 'boundary' ? '3 2.5' : undefined}
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </svg>
  );
}
