/**
 * The shapes of the REST contract, as the server writes them. They are written by hand, so that the SDK brings nothing
 * of the server along; `test/client/shapes.types.ts` holds each equal to the server's own schema.
 */

/** ISO 8601 UTC with milliseconds. */
export type Time = string;

export type Permissions = 'reader' | 'writer';
export type AccessRole = 'reader' | 'writer' | 'owner';
export type WorkspaceRole = 'owner' | 'admin' | 'member' | 'read_only';
export type ConversationRole = 'member' | 'moderator' | 'admin';

/** One page of a list; `next_cursor` is null on the last. */
export interface Page<Item> {
  data: Item[];
  next_cursor: string | null;
}

/** A person in the spellings that the APIs use: `id` and `ulid` are the same 128 bits. */
export interface Person {
  id: string;
  ulid: string;
  number: number;
  email: string;
  username: string;
  full_name: string | null;
  avatar_url: string | null;
}

export interface Me extends Person {
  platform_admin: boolean;
}

export interface Workspace {
  id: string;
  name: string;
  role: WorkspaceRole;
  created_at: Time;
}

export interface WorkspaceMember {
  user_id: string;
  workspace_id: string;
  role: WorkspaceRole;
  joined_at: Time;
  profile: { email: string; full_name: string | null; avatar_url: string | null };
}

/** Ids and user ids are ULIDs. */
export interface Group {
  id: string;
  name: string;
  description: string | null;
  owner_id: string;
  created_at: Time;
}

export interface GroupMember {
  user_id: string;
  username: string;
  email: string;
  added_at: Time;
  /** Null when their profile is gone. */
  added_by: string | null;
}

/** Ids are integers; `user_id` is a person's `number`. */
export interface Conversation {
  id: number;
  title: string;
  diagram_id: string | null;
  created_at: Time;
}

export interface ConversationParticipant {
  participant_id: number;
  user_id: number;
  email: string;
  username: string;
  role: ConversationRole;
  joined_at: Time;
}

export interface ParticipantAdded {
  /** A sentence for people. */
  message: string;
  participant_id: number;
  conversation_id: number;
  user_id: number;
  role: ConversationRole;
  joined_at: Time;
}

export interface Message {
  id: number;
  conversation_id: number;
  user_id: number;
  body: string;
  created_at: Time;
}

export interface ThreatModel {
  id: string;
  name: string;
  description: string | null;
  workspace_id: string | null;
  /** Email. */
  owner: string;
  role: AccessRole;
  created_at: Time;
}

export interface Grant {
  subject_type: 'user' | 'group';
  /** An email, or a group's ULID. */
  subject: string;
  role: AccessRole;
}

export interface Diagram {
  id: string;
  threat_model_id: string;
  name: string;
  created_at: Time;
  updated_at: Time;
  /** The last sequence number of its log. */
  head: number;
}

/** A cell as it is stored: whatever was written, under its id. */
export interface StoredCell {
  id: string;
  [member: string]: unknown;
}

export interface Content {
  head: number;
  /** In order of `z`, then `id`. */
  cells: StoredCell[];
}

export interface Version {
  id: string;
  diagram_id: string;
  /** Null for a version that was kept by itself. */
  name: string | null;
  kind: 'automatic' | 'named';
  /** The email of whoever named it. */
  author: string | null;
  head: number;
  created_at: Time;
}

export interface VersionContent extends Version {
  cells: StoredCell[];
}

/** Somebody in a session; `user_id` is an email. */
export interface Participant {
  user_id: string;
  permissions: Permissions;
  joined_at: Time;
  is_host: boolean;
  is_presenter: boolean;
  name: string;
  /** `#rrggbb` */
  color: string;
  avatar_url: string | null;
}

/** A session as a list shows it. Without an active one the values are null and the list is empty. */
export interface SessionEntry {
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
  started_at: Time | null;
  participants: Participant[];
  document_name: string;
  /** Absolute. */
  websocket_url: string;
}

export interface Session extends SessionEntry {
  /** Everybody who ever connected. */
  attendance: { user_id: string; joined_at: Time; left_at: Time | null }[];
}

export interface AuditEvent {
  id: string;
  at: Time;
  actor: string | null;
  actor_email: string | null;
  action: string;
  /** Kind and id, in the spelling of its own API. */
  container: string | null;
  /** Whom it concerned, as it was sent. */
  subject: string | null;
  role: string | null;
  outcome: 'granted' | RefusalCode;
  details: Record<string, unknown> | null;
  request_id: string | null;
}

/** The stable names of the ways in which the server says no. */
export type RefusalCode =
  | 'unauthenticated'
  | 'forbidden'
  | 'invalid'
  | 'not_found'
  | 'user_not_found'
  | 'member_not_found'
  | 'already_member'
  | 'last_owner'
  | 'session_not_found'
  | 'removed_from_session'
  | 'session_full'
  | 'conflict'
  | 'precondition_failed'
  | 'payload_too_large'
  | 'rate_limited'
  | 'unsupported_media_type'
  | 'method_not_allowed'
  | 'unavailable'
  | 'internal';
