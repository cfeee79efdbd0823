/**
 * What happened in a container, told to others: an event in its room, written with the change as a notice, and after
 * the commit a hint on the bus, to the room and to every diagram whose access may have changed. A hint may be lost:
 * the notice and the access epoch stay in the database, and the poll finds them.
 *
 * A notice is kept in no API's spelling; `room-messages.ts` turns it into what the clients of a room are told.
 */
import type { AccessChanged } from '../access/changes.ts';
import type { Bus } from '../cluster/bus.ts';
import type { EntityManager } from '../database/database.ts';
import type { Person } from '../identity/person.ts';
import type { Kind, Member } from './kind.ts';
import type { MessageView } from './message.ts';

/** Who did it, as far as any API spells people. */
export type By = Pick<Person, 'id' | 'number' | 'email'>;

export type RoomEvent =
  | { action: 'add' | 'change' | 'remove'; member: Member; by: By }
  /** A group has a new owner; `member` is the row of theirs that went, if they had one. */
  | { action: 'hand_over'; from: string; to: string; member: Member | null; by: By }
  | { action: 'message'; message: MessageView };

export interface Place {
  kind: Kind['name'];
  container: string;
}

export interface Announcement extends Place {
  /** The room's revision after the change; null if the container is gone. */
  revision: number | null;
  /** Diagrams whose access epoch was raised. */
  diagrams: readonly string[];
}

export interface Announce {
  /** Writes the notice in the change's own transaction; returns the room's new revision. */
  write(em: EntityManager, place: Place, event: RoomEvent): Promise<number | null>;
  /** To be called after the commit. */
  publish(announcement: Announcement): void;
}

/** The bus channel of a room; its messages are `{revision}`, null when the container is gone. */
export const roomChannel = ({ kind, container }: Place) => `room:${kind}:${container}`;

/** Where a room's notices are kept. */
export const roomScope = ({ kind, container }: Place) => `${kind}:${container}`;

export function createAnnounce(bus: Bus, accessChanged: AccessChanged): Announce {
  return {
    async write(em, { kind, container }, event) {
      const payload = JSON.stringify(stored(event));
      const [row] = await em.execute<[{ revision: number | null }]>('select write_room_notice(?, ?, ?) as revision', [
        kind,
        container,
        payload,
      ]);
      return row.revision;
    },
    publish({ kind, container, revision, diagrams }) {
      bus.publish(roomChannel({ kind, container }), Buffer.from(JSON.stringify({ revision })));
      accessChanged(diagrams);
    },
  };
}

/** Only what a room may ever need of the one who did it. */
function stored(event: RoomEvent): RoomEvent {
  if (event.action === 'message') return event;
  const { id, number, email } = event.by;
  return { ...event, by: { id, number, email } };
}

/** A stored event as it was written. @param payload `notice.payload` */
export function readRoomEvent(payload: unknown): RoomEvent {
  const event = payload as RoomEvent;
  if (event.action === 'message') {
    return { ...event, message: { ...event.message, createdAt: new Date(event.message.createdAt) } };
  }
  const member = event.member && { ...event.member, addedAt: new Date(event.member.addedAt) };
  return { ...event, member } as RoomEvent;
}
