/** The diagram that is open on this page, for everything on it. */
import { createContext, useContext, useState } from 'react';
import type { Client, LiveDiagram, Me, Place } from '../../client/index.ts';
import { useDiagramState } from '../../client/react/index.ts';
import { useCalled } from '../people/called.ts';
import { nameIn, withNames, type Names } from './people/names.ts';

export interface OpenDiagram {
  client: Client;
  me: Me;
  place: Place;
  diagram: LiveDiagram;
  /** What somebody is called, also after they have left. @param email */
  nameOf(email: string): string;
}

const OpenDiagramContext = createContext<OpenDiagram | null>(null);

export const OpenDiagramProvider = OpenDiagramContext.Provider;

export function useOpenDiagram(): OpenDiagram {
  const open = useContext(OpenDiagramContext);
  if (open === null) throw new Error('there is no diagram open here');
  return open;
}

/** Remembers what everybody was called who has been here. */
export function useNames(diagram: LiveDiagram): (email: string) => string {
  const participants = useDiagramState(diagram, (state) => state.participants);
  const [names, remember] = useState<Names>(new Map());
  const known = withNames(names, participants);
  if (known !== names) remember(known);
  return (email) => nameIn(known, email);
}

/** What somebody is called who may have left before this page was opened. @param email null for nobody */
export function useNameOf(email: string | null): string {
  const known = useOpenDiagram().nameOf(email ?? '');
  return useCalled(email, known === email ? null : known);
}
