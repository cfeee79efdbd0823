/**
 * The page of one diagram. It opens the diagram for as long as the page is there. What was shown stays below whatever
 * stands in its place, so that signing in again or a new session goes on where it was; only where it is not open to me
 * any more it goes. What floats over it, dialogs and menus, lies in it: none of it covers what stands in its place.
 */
import { createTheme, MantineThemeProvider, Portal } from '@mantine/core';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useParams } from 'react-router';
import type { LiveDiagram } from '../../client/index.ts';
import { useDiagram, useStatus } from '../../client/react/index.ts';
import { useSignedIn } from '../identity/signed-in.tsx';
import { Desk } from './desk.tsx';
import styles from './diagram-page.module.css';
import { inPlace, type InPlace } from './in-place/in-place.ts';
import { InPlacePage, Opening } from './in-place/in-place-page.tsx';
import { Leaving } from './leaving.tsx';
import { OpenDiagramProvider, useNames } from './open-diagram.ts';

const FLOATING = 'floating';
const floatingInIt = createTheme({
  components: { Portal: Portal.extend({ defaultProps: { target: `#${FLOATING}` } }) },
});

export default function DiagramPage() {
  const { threatModelId = '', diagramId = '' } = useParams();
  const { client } = useSignedIn();
  const diagram = useDiagram(client, { threatModelId, diagramId });
  if (diagram === null) return <Opening />;
  return <DiagramRoom key={diagram.doc.guid} diagram={diagram} place={{ threatModelId, diagramId }} />;
}

function DiagramRoom({
  diagram,
  place,
}: {
  diagram: LiveDiagram;
  place: { threatModelId: string; diagramId: string };
}) {
  const { client, me } = useSignedIn();
  const nameOf = useNames(diagram);
  const status = useStatus(diagram);
  const [shown, show] = useState(false);
  const here = shown || status.kind === 'live' || diagram.cells.size > 0;
  if (here && !shown) show(true);
  const over = inPlace(status, here);
  useFocusAgain(over !== null);
  return (
    <OpenDiagramProvider value={{ client, me, place, diagram, nameOf }}>
      {here && !gone(over) && (
        <div className={styles.desk} inert={over !== null}>
          <MantineThemeProvider theme={floatingInIt}>
            <Desk />
          </MantineThemeProvider>
          <div id={FLOATING} />
        </div>
      )}
      {over && <InPlacePage over={over} />}
      <Leaving />
    </OpenDiagramProvider>
  );
}

/** Gives the focus back to what had it before something stood over it. */
function useFocusAgain(isOver: boolean): void {
  const before = useRef<Element | null>(null);
  useLayoutEffect(() => {
    if (isOver) before.current = document.activeElement;
  }, [isOver]);
  useEffect(() => {
    if (!isOver && before.current instanceof HTMLElement) before.current.focus({ preventScroll: true });
  }, [isOver]);
}

function gone(over: InPlace | null): boolean {
  return over?.kind === 'removed' || over?.kind === 'closed';
}
