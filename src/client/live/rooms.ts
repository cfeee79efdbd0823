/**
 * Rooms: what happens in a conversation, a workspace or a group, as it happens. They hold no content and share sockets
 * on `/ws`, up to as many as the server takes on one; a socket goes with the last room on it.
 *
 * A room tells only what happens while somebody is in it. `live` comes whenever it is entered, again after a connection
 * was lost: whoever shows a list reads it anew then. A room is quiet for long, and a provider takes silence for a dead
 * connection, so each asks for an answer now and then.
 */
import { HocuspocusProvider } from '@hocuspocus/provider';
import { createEmitter, type Listening } from '../emitter.ts';
import { afterClose, type StopReason, type WaitReason } from './closing.ts';
import { readMessage } from './messages.ts';
import type { LiveParts } from './parts.ts';
import { createKeptSocket, type KeptSocket, type SocketState } from './socket.ts';

export type RoomStatus =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** It tries again by itself; `nextAttemptAt` is null while it does, else ms since the epoch. */
  | { readonly kind: 'reconnecting'; readonly reason: WaitReason; readonly nextAttemptAt: number | null }
  /** It does not come back: removed, deleted, no access, or nobody is signed in. */
  | { readonly kind: 'closed'; readonly reason: StopReason | 'left' };

export interface RoomEvents<Message> {
  message: Message;
  status: RoomStatus;
  /** It was entered: from now on nothing is missed, and before it something may have been. */
  live: undefined;
}

export interface Room<Message> extends Listening<RoomEvents<Message>> {
  readonly status: RoomStatus;
  close(): void;
}

export interface Rooms {
  open<Message extends { type: string }>(name: string, signal?: AbortSignal): Room<Message>;
}

/** As many documents as the server takes on one socket. */
const ON_ONE_SOCKET = 50;
/** How often a room asks for an answer, ms. A provider gives up after 30 s of silence. */
const ASKS_EVERY = 12_000;

interface Shared {
  kept: KeptSocket;
  rooms: Set<(state: SocketState) => void>;
}

export function createRooms(parts: LiveParts): Rooms {
  const sockets = new Set<Shared>();

  function share(): Shared {
    for (const shared of sockets)
      if (shared.rooms.size < ON_ONE_SOCKET && shared.kept.state.kind !== 'stopped') return shared;
    const rooms: Shared['rooms'] = new Set();
    const changed = (state: SocketState) => [...rooms].forEach((tell) => tell(state));
    const shared = {
      rooms,
      kept: createKeptSocket({ ...parts, url: `${parts.url.replace(/^http/, 'ws')}/ws`, changed }),
    };
    sockets.add(shared);
    shared.kept.connect();
    return shared;
  }

  return {
    open<Message extends { type: string }>(name: string, signal?: AbortSignal): Room<Message> {
      const events = createEmitter<RoomEvents<Message>>();
      const shared = share();
      const { kept, rooms } = shared;
      let status: RoomStatus = { kind: 'connecting' };
      let cancel = () => {};

      const become = (next: RoomStatus) => {
        if (status.kind === 'closed') return;
        status = next;
        events.emit('status', status);
        if (next.kind === 'live') events.emit('live', undefined);
      };
      const ask = () => {
        cancel = parts.clock.after(ASKS_EVERY, () => {
          provider.forceSync();
          ask();
        });
      };
      const provider: HocuspocusProvider = new HocuspocusProvider({
        name,
        websocketProvider: kept.socket,
        sessionAwareness: true,
        awareness: null,
        token: () => kept.token(provider.isAuthenticated),
        onSynced() {
          kept.stood();
          cancel();
          ask();
          become({ kind: 'live' });
        },
        onStateless({ payload }) {
          const message = readMessage<Message>(payload);
          if (message) events.emit('message', message);
        },
        onClose({ event }) {
          // The end of this room alone is a message whose reason starts with the code; the socket goes on.
          const [code = '', said = ''] = event.reason.split(/ (.*)/);
          const after = afterClose(Number(code), said);
          if (event.code === 1000 && after.kind === 'stop') close(after.reason);
        },
      });
      const hear = (socket: SocketState) => {
        if (socket.kind === 'open') return;
        cancel();
        if (provider.isSynced) provider.onClose();
        if (socket.kind === 'connecting' && status.kind === 'live')
          become({ kind: 'reconnecting', reason: 'no_token', nextAttemptAt: null });
        else if (socket.kind === 'connecting' && status.kind === 'reconnecting')
          become({ ...status, nextAttemptAt: null });
        if (socket.kind === 'waiting')
          become({ kind: 'reconnecting', reason: socket.reason, nextAttemptAt: socket.until });
        if (socket.kind === 'stopped') close(socket.reason ?? 'left');
      };
      const close = (reason: StopReason | 'left') => {
        if (status.kind === 'closed') return;
        signal?.removeEventListener('abort', abort);
        cancel();
        rooms.delete(hear);
        provider.destroy();
        if (rooms.size === 0) {
          sockets.delete(shared);
          kept.destroy();
        }
        become({ kind: 'closed', reason });
        events.clear();
      };
      const abort = () => close('left');

      rooms.add(hear);
      provider.attach();
      signal?.addEventListener('abort', abort, { once: true });
      if (signal?.aborted) close('left');
      return {
        on: events.on,
        get status() {
          return status;
        },
        close: abort,
      };
    },
  };
}
