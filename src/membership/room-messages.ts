/**
 * What the clients of a room are told of a notice, in the ids of the room's own API. Whoever delivers (the WebSocket)
 * only sends what this returns, to everybody who is in the room, and closes the connections of whoever left it (MB7).
 */
import { toUlid } from '../identity/spelling.ts';
import { readRoomEvent, type By, type Place } from './announce.ts';
import type { Kind, Member } from './kind.ts';
import { groupMemberOnWire, messageOnWire, participantOnWire, workspaceMemberOnWire } from './wire.ts';

/** A row of `notice`. */
export interface RoomNotice {
  payload: unknown;
  at: Date | string;
}

export type RoomMessage = { type: string; timestamp: string } & Record<string, unknown>;

const verbs = { add: 'added', change: 'changed', remove: 'removed' } as const;

/** @returns null where a room's clients are told nothing */
export function roomMessage(kind: Kind['name'], container: string, notice: RoomNotice): RoomMessage | null {
  const event = readRoomEvent(notice.payload);
  const timestamp = new Date(notice.at).toISOString();
  if (event.action === 'message') {
    const conversation_id = event.message.conversation;
    return { type: 'message_created', timestamp, conversation_id, message: messageOnWire(event.message) };
  }
  // A new owner is no member any more: the list of members lost a row.
  if (event.member === null) return null;
  const verb = event.action === 'hand_over' ? 'removed' : verbs[event.action];
  const told = spelled(kind, container, event.member, event.by);
  return { type: `${kind === 'conversation' ? 'participant' : 'member'}_${verb}`, timestamp, ...told };
}

/**
 * Who is in the room no longer, and whose connections to it have to close with 4403.
 * @returns a profile id, or null
 */
export function departed(notice: RoomNotice): string | null {
  const event = readRoomEvent(notice.payload);
  if (event.action === 'remove') return event.member.person.id;
  return event.action === 'hand_over' ? event.from : null;
}

/** The room's name on the wire, such as `group:<ulid>`. */
export function roomName({ kind, container }: Place): string {
  return `${kind}:${kind === 'group' ? toUlid(container) : container}`;
}

function spelled(kind: Kind['name'], container: string, member: Member, by: By): Record<string, unknown> {
  switch (kind) {
    case 'workspace':
      return { kind, container_id: container, member: workspaceMemberOnWire(container, member), by: by.id };
    case 'group':
      return { kind, container_id: toUlid(container), member: groupMemberOnWire(member), by: toUlid(by.id) };
    case 'conversation':
      return { conversation_id: Number(container), participant: participantOnWire(member), by: by.number };
  }
}
