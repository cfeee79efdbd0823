/**
 * Hooks over the SDK. `useDiagram` opens a diagram for as long as a component is there; the others read from what it
 * gives and render again only when what they give has changed. All of them may be given null, and stand in strict mode.
 *
 *     const diagram = useDiagram(client, { threatModelId, diagramId });
 *     const { participants } = useParticipants(diagram);
 *     const { saved } = useSaved(diagram);
 */
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { Client } from '../client.ts';
import { listCells } from '../cells.ts';
import { emptyFeed, openFeed, type Feed, type FeedState } from '../live/feed.ts';
import type { JoinOptions, LiveDiagram } from '../live/live-diagram.ts';
import type { Presence } from '../live/presence.ts';
import { initialState, type DiagramState, type DiagramStatus, type PresenterView } from '../live/state.ts';
import type { Participant, StoredCell } from '../shapes.ts';
import { useHeld } from './held.ts';

type Diagram = LiveDiagram | null;

const nothing: readonly never[] = [];

/** Opens a diagram while the component is there; another place is another diagram. Null at first, and on a server. */
export function useDiagram(client: Client | null, join: Omit<JoinOptions, 'signal'> | null): Diagram {
  return useHeld<Client, LiveDiagram>(client, join && `${join.threatModelId}/${join.diagramId}`, {
    open: (owner) => owner.joinDiagram(join as JoinOptions),
    close: (diagram) => diagram.leave(),
  });
}

/** Something of the state. @param select gives the same for the same state: a member of it, no new object */
export function useDiagramState<Value>(diagram: Diagram, select: (state: DiagramState) => Value): Value {
  const subscribe = useCallback((listener: () => void) => diagram?.on('change', listener) ?? (() => {}), [diagram]);
  const read = () => select(diagram?.state ?? initialState);
  return useSyncExternalStore(subscribe, read, read);
}

export function useStatus(diagram: Diagram): DiagramStatus {
  return useDiagramState(diagram, ({ status }) => status);
}

export function useParticipants(diagram: Diagram): {
  participants: readonly Participant[];
  me: Participant | null;
  host: Participant | null;
  /** Whether I am the host. */
  hosting: boolean;
} {
  const participants = useDiagramState(diagram, (state) => state.participants);
  const me = useDiagramState(diagram, (state) => state.me);
  const host = participants.find(({ is_host }) => is_host) ?? null;
  return { participants, me, host, hosting: me?.is_host ?? false };
}

export function usePresenter(diagram: Diagram): {
  presenter: Participant | null;
  /** Whether I am the presenter. */
  presenting: boolean;
  /** Whether I have asked to present and have no answer. */
  asked: boolean;
  /** Who has asked me, the host. */
  requests: readonly string[];
  view: PresenterView | null;
  following: boolean;
} {
  const participants = useDiagramState(diagram, (state) => state.participants);
  const presenting = useDiagramState(diagram, ({ me }) => me?.is_presenter ?? false);
  const asked = useDiagramState(diagram, (state) => state.askedToPresent);
  const requests = useDiagramState(diagram, (state) => state.presenterRequests);
  const view = useDiagramState(diagram, (state) => state.view);
  const following = useDiagramState(diagram, (state) => state.following);
  const presenter = participants.find(({ is_presenter }) => is_presenter) ?? null;
  return { presenter, presenting, asked, requests, view, following };
}

export function useSaved(diagram: Diagram): {
  saved: boolean;
  unsavedChanges: number;
  /** Whether they outlive the page, because this device keeps a copy. */
  keptHere: boolean;
} {
  const saved = useDiagramState(diagram, (state) => state.saved);
  const unsavedChanges = useDiagramState(diagram, (state) => state.unsavedChanges);
  const keptHere = useDiagramState(diagram, (state) => state.keptHere);
  return { saved, unsavedChanges, keptHere };
}

/** The cells, in order of `z`, then `id`. */
export function useCells(diagram: Diagram): readonly StoredCell[] {
  const store = useMemo(() => {
    let list: readonly StoredCell[] | null = null;
    return {
      subscribe(listener: () => void) {
        const changed = () => {
          list = null;
          listener();
        };
        list = null;
        diagram?.cells.observeDeep(changed);
        return () => diagram?.cells.unobserveDeep(changed);
      },
      read: () => (list ??= diagram ? listCells(diagram.cells) : nothing),
    };
  }, [diagram]);
  return useSyncExternalStore(store.subscribe, store.read, store.read);
}

/** What the others point at, select and see. */
export function usePresence(diagram: Diagram): readonly Presence[] {
  const subscribe = useCallback((listener: () => void) => diagram?.on('presence', listener) ?? (() => {}), [diagram]);
  const read = () => diagram?.presence ?? nothing;
  return useSyncExternalStore(subscribe, read, read);
}

/** A conversation while the component is there: what was said and who takes part, as it happens. */
export function useConversation(
  client: Client | null,
  id: number | null,
): FeedState & Partial<Pick<Feed, 'send' | 'loadOlder' | 'read'>> {
  const feed = useHeld<Client, Feed>(client, id === null ? null : String(id), {
    open: (owner) => openFeed(owner.conversations, id as number),
    close: (opened) => opened.close(),
  });
  const subscribe = useCallback((listener: () => void) => feed?.on('change', listener) ?? (() => {}), [feed]);
  const read = () => feed?.state ?? emptyFeed;
  const state = useSyncExternalStore(subscribe, read, read);
  return feed ? { ...state, send: feed.send, loadOlder: feed.loadOlder, read: feed.read } : state;
}
