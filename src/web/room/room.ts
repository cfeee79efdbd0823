/**
 * One diagram, open: its session, its document and its connection. The room finds or creates the session, connects, and
 * keeps a view of it that pages show. It stops the provider on the close codes that say no, and comes back by itself
 * after the pause of a server that is busy. The document outlives all of that: what is not saved stays here, and goes
 * out when the room is opened again.
 */
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import * as Y from 'yjs';
import { Problem, type Api } from '../api.ts';
import { readServerMessage, type ClientMessage, type ServerMessage, type Session, type ThreatModel } from '../wire.ts';
import { busyAgain, endingOf, endingOfRefusal, nothingHeard, type Ending, type Heard } from './ending.ts';
import { hear, rosterOf, type Roster } from './roster.ts';
import type { Link } from './saved-state.ts';
import { trackUnsaved, type Unsaved } from './unsaved.ts';

/** After a permission-denied message the server closes the socket, with a code that says why. Should it not, ms: */
const CLOSE_FOLLOWS_MS = 3_000;

export interface RoomView {
  session: Session;
  roster: Roster;
  link: Link;
  /** Whether the content has come at least once. */
  loaded: boolean;
  ending: Ending | null;
}

export interface Room {
  document: Y.Doc;
  provider: HocuspocusProvider;
  unsaved: Unsaved;
  threatModel: ThreatModel;
  view(): RoomView;
  /** Calls back now and after every change. */
  watch(listener: (view: RoomView) => void): void;
  /** Calls back with every message of the server, after the view has taken it in. */
  listen(listener: (message: ServerMessage) => void): void;
  say(message: ClientMessage): void;
  /** Tries again at once, without waiting for the next attempt. */
  retry(): void;
  /** After an ending: finds or creates a session, and connects with the document as it is here. */
  reopen(): Promise<void>;
  leave(): void;
}

/** @param me my email. @throws Problem when the diagram cannot be opened */
export async function openRoom(options: {
  api: Api;
  token: () => string | null;
  me: string;
  threatModel: string;
  diagram: string;
}): Promise<Room> {
  const { api, me } = options;
  const [threatModel, session] = await Promise.all([
    api.threatModel(options.threatModel),
    api.collaborate(options.threatModel, options.diagram),
  ]);
  let view: RoomView = {
    session,
    roster: rosterOf(session, me, threatModel.role === 'reader' ? 'reader' : 'writer'),
    link: 'connecting',
    loaded: false,
    ending: null,
  };
  let left = false;
  let heard: Heard = nothingHeard;
  let again: ReturnType<typeof setTimeout> | undefined;
  let unexplained: ReturnType<typeof setTimeout> | undefined;
  const watchers: ((view: RoomView) => void)[] = [];
  const listeners: ((message: ServerMessage) => void)[] = [];
  const change = (changes: Partial<RoomView>) => {
    view = { ...view, ...changes };
    for (const watcher of watchers) watcher(view);
  };

  const document = new Y.Doc();
  const socket = new HocuspocusProviderWebsocket({
    url: session.websocket_url,
    autoConnect: false,
    maxDelay: 5_000,
    onClose: ({ event }) => {
      clearTimeout(unexplained);
      const ending = endingOf(event.code, heard);
      if (ending === null) change({ link: view.link === 'connecting' ? 'connecting' : 'offline' });
      else stop(ending);
    },
  });
  const provider = new HocuspocusProvider({
    name: session.document_name,
    document,
    websocketProvider: socket,
    token: () => options.token() ?? '',
    onAuthenticated: () => {
      // A server that still knows this awareness entry from before a reconnect takes it only with a newer clock.
      provider.awareness?.setLocalState(provider.awareness.getLocalState());
    },
    onAuthenticationFailed: ({ reason }) => {
      heard = { ...heard, denied: reason };
      clearTimeout(unexplained);
      unexplained = setTimeout(() => stop(busyAgain(heard)), CLOSE_FOLLOWS_MS);
    },
    onSynced: () => {
      heard = { ...heard, denied: null, busy: 0 };
      change({ link: 'online', loaded: true, ending: null });
    },
    onStateless: ({ payload }) => {
      const message = readServerMessage(payload);
      if (message === null) return;
      if (message.type === 'session_ended') heard = { ...heard, ended: message.reason };
      if (message.type === 'removed_from_session') heard = { ...heard, removed: true };
      const roster = hear(view.roster, message, me);
      if (roster !== view.roster) change({ roster });
      for (const listener of listeners) listener(message);
    },
  });
  const unsaved = trackUnsaved(document, provider, () => change({}));
  provider.attach();

  function stop(ending: Ending): void {
    socket.disconnect();
    change({ link: 'offline', ending });
    if (ending.kind !== 'busy') return;
    heard = { ...heard, denied: null, busy: heard.busy + 1 };
    clearTimeout(again);
    again = setTimeout(retry, ending.seconds * 1000);
  }

  function retry(): void {
    clearTimeout(again);
    void socket.connect();
  }

  async function reopen(): Promise<void> {
    try {
      const found = await api.collaborate(options.threatModel, options.diagram);
      if (left) return;
      heard = nothingHeard;
      change({
        session: found,
        roster: rosterOf(found, me, view.roster.permissions),
        link: 'connecting',
        ending: null,
      });
      retry();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      change({ ending: endingOfRefusal(error) });
    }
  }

  retry();
  return {
    document,
    provider,
    unsaved,
    threatModel,
    view: () => view,
    watch(listener) {
      watchers.push(listener);
      listener(view);
    },
    listen: (listener) => void listeners.push(listener),
    say: (message) => provider.sendStateless(JSON.stringify(message)),
    retry,
    reopen,
    leave() {
      left = true;
      clearTimeout(again);
      clearTimeout(unexplained);
      watchers.length = 0;
      listeners.length = 0;
      provider.destroy();
      socket.destroy();
      document.destroy();
    },
  };
}
