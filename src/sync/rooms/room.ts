/**
 * One room on this node: its connections, and what they are told.
 *
 * Everybody remembers the revision up to which they have been told, at first the one at which they were admitted. A read
 * brings the notices after the least of these, and each goes to those for whom it is the next: so everybody gets what is
 * newer than their admission, in order, once. Whoever a notice says has gone is put out in its turn and hears nothing
 * after it (MB7). Whoever has not come to the end then has missed what is not kept any more, or the database was set
 * back: they are to connect again.
 *
 * Hints of the bus cause reads, one at a time; those that come during one share the next.
 */
import type { Bus } from '../../cluster/bus.ts';
import { oneAtATime } from '../../waiting/one-at-a-time.ts';
import { readRoomEvent, roomChannel, type Place } from '../../membership/announce.ts';
import type { Kind } from '../../membership/kind.ts';
import { conversation } from '../../membership/kinds/conversation.ts';
import { group } from '../../membership/kinds/group.ts';
import { workspace } from '../../membership/kinds/workspace.ts';
import { departed, roomMessage } from '../../membership/room-messages.ts';
import { closings, type Closing } from '../closing.ts';
import type { Known, RoomMoment, StoredNotice } from './room-rows.ts';
import type { RoomConnection } from './rooms.ts';

export interface Room {
  readonly size: number;
  /** Everybody in it, as this node knows it. */
  readonly known: Known[];
  add(connection: RoomConnection): void;
  remove(connection: RoomConnection): void;
  /** Reads what is new and tells it before it resolves. Rejects if the database does. */
  refresh(): Promise<void>;
  /** Puts out whoever may not be here any more by what is known. */
  decide(): void;
  stop(): void;
}

interface RoomOptions {
  name: string;
  place: Place;
  bus: Pick<Bus, 'subscribe'>;
  /** @returns null if the container is gone */
  read(asked: { people: readonly string[]; after: number }): Promise<RoomMoment | null>;
  /** NO1: nobody is told anything while this node is not sure of its lease; the poll finds it later. */
  lease: { held(): boolean };
  onError(error: unknown): void;
}

interface Listener {
  readonly connection: RoomConnection;
  revision: number;
  role: string | null;
}

const REMOVED: Closing = { code: closings.forbidden.code, reason: 'removed' };

const kinds: Record<Place['kind'], Kind> = { workspace, group, conversation };

/** AC1: who may list a roster may be in its room; what is said in a conversation only those hear who may read it. */
export function mayHear(
  kind: Place['kind'],
  { role, platformAdmin }: { role: string | null; platformAdmin: boolean },
  what: 'roster' | 'messages',
): boolean {
  const standing = { role, platformAdmin, self: false };
  const { may } = kinds[kind];
  return what === 'roster' ? may.list(standing) : may.listen(standing);
}

export function createRoom({ name, place, bus, read, lease, onError }: RoomOptions): Room {
  const listeners = new Map<RoomConnection, Listener>();
  let stopped = false;
  let unsubscribe: (() => void) | null = null;

  const hears = ({ connection, role }: Listener, what: 'roster' | 'messages') =>
    mayHear(place.kind, { role, platformAdmin: connection.person.platformAdmin }, what);

  const putOut = ({ connection }: Listener, closing: Closing) => {
    if (listeners.delete(connection)) connection.close(closing);
  };

  const tell = (notice: StoredNotice, present: readonly Listener[]) => {
    const event = readRoomEvent(notice.payload);
    const gone = departed(notice);
    const message = roomMessage(place.kind, place.container, notice);
    const payload = JSON.stringify(message);
    const what = message?.type === 'message_created' ? 'messages' : 'roster';
    for (const listener of present) {
      if (listener.revision !== notice.revision - 1 || !listeners.has(listener.connection)) continue;
      listener.revision = notice.revision;
      if (event.action === 'add' && event.member.person.id === listener.connection.person.id)
        listener.role = event.member.role ?? 'member';
      if (listener.connection.person.id === gone) putOut(listener, REMOVED);
      else if (message && hears(listener, what)) listener.connection.sendStateless(payload);
    }
  };

  const decide = () => {
    for (const listener of [...listeners.values()])
      if (!hears(listener, 'roster')) putOut(listener, closings.forbidden);
  };

  const refresh = oneAtATime(async () => {
    const present = [...listeners.values()];
    if (present.length === 0) return;
    const people = [...new Set(present.map(({ connection }) => connection.person.id))];
    const moment = await read({ people, after: Math.min(...present.map(({ revision }) => revision)) });
    if (!lease.held()) return;
    if (!moment) return present.forEach((listener) => putOut(listener, closings.notFound));
    for (const notice of moment.notices) tell(notice, present);
    for (const listener of present) {
      if (listener.revision !== moment.revision) putOut(listener, closings.reload);
      listener.role = moment.roles.get(listener.connection.person.id) ?? null;
    }
    decide();
  });

  const hear = (payload: Uint8Array) => {
    const revision = revisionIn(payload);
    const known = typeof revision === 'number' && [...listeners.values()].every((one) => one.revision >= revision);
    if (revision !== undefined && !known) refresh().catch(onError);
  };
  const subscribed = bus.subscribe(roomChannel(place), hear).then((stop) => {
    if (stopped) stop();
    else unsubscribe = stop;
  });

  return {
    get size() {
      return listeners.size;
    },
    get known() {
      return [...listeners.values()].map(({ connection, revision, role }) => {
        return { room: name, place, revision, role, person: connection.person.id };
      });
    },
    add(connection) {
      listeners.set(connection, { connection, ...connection.admitted });
      // Between the admission and the subscription, or a read for those who were here, something may have happened.
      subscribed.then(refresh).catch(onError);
    },
    remove: (connection) => void listeners.delete(connection),
    refresh,
    decide,
    stop() {
      stopped = true;
      listeners.clear();
      unsubscribe?.();
    },
  };
}

/** The revision that a hint names; null: the container is gone; undefined: it is no hint (NO2). */
function revisionIn(payload: Uint8Array): number | null | undefined {
  try {
    const { revision } = JSON.parse(Buffer.from(payload).toString()) as { revision?: unknown };
    return typeof revision === 'number' || revision === null ? revision : undefined;
  } catch {
    return undefined;
  }
}
