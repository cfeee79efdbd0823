/** The shapes of the wire contract that this page reads and writes. */

export type Permissions = 'reader' | 'writer';

export interface Me {
  id: string;
  email: string;
  username: string;
  full_name: string | null;
  avatar_url: string | null;
}

export interface Page<Item> {
  data: Item[];
  next_cursor: string | null;
}

export interface ThreatModel {
  id: string;
  name: string;
  /** Email of the owner. */
  owner: string;
  role: 'reader' | 'writer' | 'owner';
}

export interface Diagram {
  id: string;
  threat_model_id: string;
  name: string;
  updated_at: string;
}

export interface Participant {
  /** Email. */
  user_id: string;
  permissions: Permissions;
  joined_at: string;
  is_host: boolean;
  is_presenter: boolean;
  name: string;
  color: string;
}

export interface Session {
  session_id: string | null;
  revision: number | null;
  threat_model_id: string;
  threat_model_name: string;
  diagram_id: string;
  diagram_name: string;
  /** Email. */
  host: string | null;
  /** Email. */
  presenter: string | null;
  participants: Participant[];
  document_name: string;
  websocket_url: string;
}

export type EndReason = 'host_left' | 'host_ended' | 'idle';

/** What the server says on the wire of a diagram; members that this page does not use are left out. */
export type ServerMessage =
  | { type: 'join' | 'leave'; session_id: string; revision: number; user_id: string }
  | {
      type: 'participants_update';
      session_id: string;
      revision: number;
      participants: Participant[];
      host: string;
      presenter: string;
    }
  | { type: 'session_ended'; session_id: string; reason: EndReason }
  | { type: 'presenter_request_event'; user_id: string }
  | { type: 'presenter_denied_event' }
  | { type: 'permission_changed'; permissions: Permissions }
  | { type: 'removed_from_session'; session_id: string }
  | { type: 'error'; code: string; message: string; request_type?: string };

/** What this page may ask of the server on the wire of a diagram. */
export type ClientMessage =
  | { type: 'presenter_request' | 'end_session' }
  | { type: 'change_presenter' | 'presenter_denied' | 'change_host' | 'remove_participant'; user_id: string };

/** The message in a stateless payload; null for one that is not a message, or of a kind that this page does not know. */
export function readServerMessage(payload: string): ServerMessage | null {
  try {
    const message = JSON.parse(payload) as ServerMessage | null;
    return typeof message === 'object' && message !== null && typeof message.type === 'string' ? message : null;
  } catch {
    return null;
  }
}
