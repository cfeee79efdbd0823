/** The canvas of a diagram that is open. */
import { useCells } from '../../client/react/index.ts';
import type { LiveDiagram } from '../../client/index.ts';

/** @param writable whether the person may edit; it may change while the canvas is open */
export function Editor({ diagram }: { diagram: LiveDiagram; writable: boolean }) {
  const cells = useCells(diagram);
  return <pre>{JSON.stringify(cells, null, 2)}</pre>;
}
