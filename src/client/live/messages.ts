/** What the server and its clients say to each other on the wire, besides documents: stateless JSON messages. */
import type {
  ConversationParticipant,
  GroupMember,
  Message,
  Participant,
  Permissions,
  RefusalCode,
  Time,
  WorkspaceMember,
} from '../shapes.ts';

export type SessionEnd = 'host_left' | 'host_ended' | 'idle';

/** Where somebody points, in the coordinates of the diagram. */
export interface Point {
  x: number;
  y: number;
}

/** Which part of the diagram somebody sees. */
export interface Viewport {
  x: number;
  y: number;
  zoom: number;
}

/** What the presenter shows. */
export interface ShownView {
  viewport?: Viewport;
  cursor?: Point | null;
  selected_cells?: string[];
}

export interface ErrorMessage {
  type: 'error';
  timestamp: Time;
  code: RefusalCode;
  message: string;
  /** What was asked for. */
  request_type?: string;
}

/** The list, with who hosts and presents, at a revision: what REST, `participants_update` and awareness agree on. */
export interface Roster {
  session_id: string;
  revision: number;
  participants: Participant[];
  /** Email. */
  host: string;
  /** Email. */
  presenter: string;
}

/** In a session. */
export type SessionMessage =
  | { type: 'join' | 'leave'; timestamp: Time; session_id: string; revision: number; user_id: string }
  | ({ type: 'participants_update'; timestamp: Time } & Roster)
  | { type: 'session_ended'; timestamp: Time; session_id: string; reason: SessionEnd }
  | { type: 'presenter_request_event'; timestamp: Time; user_id: string }
  | { type: 'presenter_denied_event'; timestamp: Time }
  | { type: 'permission_changed'; timestamp: Time; permissions: Permissions }
  | { type: 'removed_from_session'; timestamp: Time; session_id: string }
  | ({ type: 'presenter_view'; timestamp: Time; session_id: string; user_id: string } & ShownView)
  | ErrorMessage;

/** In the room of a conversation. */
export type ConversationMessage =
  | { type: 'message_created'; timestamp: Time; conversation_id: number; message: Message }
  | {
      type: 'participant_added' | 'participant_removed' | 'participant_changed';
      timestamp: Time;
      conversation_id: number;
      participant: ConversationParticipant;
      by: number;
    }
  | ErrorMessage;

/** In the room of a workspace or a group. */
export type MembershipMessage<Kind extends 'workspace' | 'group'> =
  | {
      type: 'member_added' | 'member_removed' | 'member_changed';
      timestamp: Time;
      kind: Kind;
      container_id: string;
      member: Kind extends 'workspace' ? WorkspaceMember : GroupMember;
      by: string;
    }
  | ErrorMessage;

/** What a client may say in a session. People are emails. */
export type SessionCommand =
  | { type: 'presenter_request' }
  | { type: 'end_session' }
  | { type: 'change_presenter' | 'presenter_denied' | 'change_host' | 'remove_participant'; user_id: string }
  | ({ type: 'presenter_view' } & ShownView);

/** The message in a stateless payload; null for what is none. A type that is not known yet is given on as it is. */
export function readMessage<Known extends { type: string }>(payload: string): Known | null {
  try {
    const message = JSON.parse(payload) as Known | null;
    return typeof message === 'object' && message !== null && typeof message.type === 'string' ? message : null;
  } catch {
    return null;
  }
}
