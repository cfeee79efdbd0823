/**
 * What is changed beside the canvas, such as the name of the diagram: no message of the wire tells of it. But whoever
 * has changed it looks away from the canvas for a moment, which the others are shown (there is no view of theirs). When
 * somebody looks at the canvas again, what was read from beside it is read anew.
 */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { LiveDiagram, Presence, Viewport } from '../../client/index.ts';
import { useOpenDiagram } from './open-diagram.ts';

/** What is shown for a shorter time nobody may see, ms: a node or a page that is busy takes it together with what follows. */
const AT_LEAST = 500;

/** Does something beside the canvas of which the others are to hear once it is done, or was tried. */
export async function lookingAway<Made>({ provider, setViewport }: LiveDiagram, work: Promise<Made>): Promise<Made> {
  const viewport = () => (provider.awareness?.getLocalState()?.viewport ?? null) as Viewport | null;
  try {
    return await work;
  } finally {
    const shown = viewport();
    setViewport(null);
    setTimeout(() => viewport() ?? setViewport(shown), AT_LEAST); // unless the canvas has moved meanwhile
  }
}

/** Whose pages look at the canvas again. @param before who looked away, by client id; @param others what is shown now */
function backAmong(before: ReadonlySet<number>, others: readonly Presence[]): boolean {
  return others.some(({ clientId, viewport }) => viewport !== null && before.has(clientId));
}

export function useOthersChanges(): void {
  const { diagram, place } = useOpenDiagram();
  const queries = useQueryClient();
  useEffect(() => {
    let away: ReadonlySet<number> = new Set();
    return diagram.on('presence', (others) => {
      const isBack = backAmong(away, others);
      away = new Set(others.filter(({ viewport }) => viewport === null).map(({ clientId }) => clientId));
      if (!isBack) return;
      void queries.invalidateQueries({ queryKey: ['diagram', place] });
      void queries.invalidateQueries({ queryKey: ['versions', place] });
      void queries.invalidateQueries({ queryKey: ['conversation', place.diagramId] });
    });
  }, [diagram, place, queries]);
}
