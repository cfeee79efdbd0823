/**
 * A page of somebody else's, in React's strict mode, that shows everything the hooks give as JSON: what a browser test
 * of the SDK looks at. `window.start` opens it; `window.diagram` is what it has open.
 */
import { createElement, StrictMode, useState } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { createClient, putCell, type Client, type LiveDiagram, type Place } from '../../../src/client/index.ts';
import { indexedDbStore } from '../../../src/client/offline.ts';
import {
  useCells,
  useConversation,
  useDiagram,
  useParticipants,
  usePresence,
  usePresenter,
  useSaved,
  useStatus,
} from '../../../src/client/react/index.ts';

export interface Start {
  url: string;
  token: string;
  place: Place;
  conversation: number | null;
  offline: boolean;
}

export interface Shown {
  status: string;
  people: string[];
  hosting: boolean;
  presenter: string | null;
  saved: boolean;
  unsavedChanges: number;
  keptHere: boolean;
  cells: string[];
  others: string[];
  said: string[];
  conversation: string;
}

export interface PageWindow {
  start(options: Start): void;
  stop(): void;
  /** Another diagram in place of the one that is open, or none. */
  go(place: Place | null): void;
  diagram: LiveDiagram | null;
  client: Client;
  /** How often each part was rendered. */
  renders: Record<string, number>;
  put(cell: { id: string }): void;
  say(text: string): Promise<unknown>;
}

const page = window as unknown as PageWindow;
page.renders = {};
let root: Root | null = null;

function App({ client, place: first, conversation }: { client: Client; place: Place; conversation: number | null }) {
  const [place, setPlace] = useState<Place | null>(first);
  const diagram = useDiagram(client, place);
  page.go = setPlace;
  page.diagram = diagram;
  return createElement(
    'div',
    {},
    createElement(State, { diagram, client, conversation }),
    createElement(People, { diagram }),
  );
}

function State({
  diagram,
  client,
  conversation,
}: {
  diagram: LiveDiagram | null;
  client: Client;
  conversation: number | null;
}) {
  const { participants, hosting } = useParticipants(diagram);
  const { presenter } = usePresenter(diagram);
  const { saved, unsavedChanges, keptHere } = useSaved(diagram);
  const feed = useConversation(client, conversation);
  page.say = (text) => feed.send!(text);
  const shown: Shown = {
    status: useStatus(diagram).kind,
    people: participants.map(({ name }) => name),
    hosting,
    presenter: presenter?.name ?? null,
    saved,
    unsavedChanges,
    keptHere,
    cells: useCells(diagram).map(({ id }) => id),
    others: usePresence(diagram).map(({ name }) => name),
    said: feed.messages.map(({ body }) => body),
    conversation: feed.status.kind,
  };
  return createElement('pre', { id: 'shown' }, JSON.stringify(shown));
}

function People({ diagram }: { diagram: LiveDiagram | null }) {
  const { participants } = useParticipants(diagram);
  page.renders.people = (page.renders.people ?? 0) + 1;
  return createElement('p', {}, participants.length);
}

page.start = ({ url, token, place, conversation, offline }) => {
  page.client = createClient({ url, token, ...(offline && { offline: indexedDbStore() }) });
  root = createRoot(document.body.appendChild(document.createElement('div')));
  root.render(createElement(StrictMode, {}, createElement(App, { client: page.client, place, conversation })));
};
page.put = (cell) => putCell(page.diagram!.cells, cell);
page.stop = () => root?.unmount();
