/**
 * How members and messages are written for each kind, in the ids of its own API. REST, GraphQL and the rooms of the
 * WebSocket all take these, so that a client sees one shape wherever it looks.
 */
import { toUlid } from '../identity/spelling.ts';
import type { Member } from './kind.ts';
import type { MessageView } from './message.ts';

/** A member as the workspaces API writes it. */
export const workspaceMemberOnWire = (workspaceId: string, { person, role, addedAt }: Member) => ({
  user_id: person.id,
  workspace_id: workspaceId,
  role,
  joined_at: addedAt.toISOString(),
  profile: { email: person.email, full_name: person.fullName, avatar_url: person.avatarUrl },
});

/** A member as the groups API writes it. */
export const groupMemberOnWire = ({ person, addedAt, addedBy }: Member) => ({
  user_id: toUlid(person.id),
  username: person.username,
  email: person.email,
  added_at: addedAt.toISOString(),
  added_by: addedBy === null ? null : toUlid(addedBy),
});

/** A participant as the conversations API writes it. */
export const participantOnWire = ({ person, number, role, addedAt }: Member) => ({
  participant_id: number,
  user_id: person.number,
  email: person.email,
  username: person.username,
  role,
  joined_at: addedAt.toISOString(),
});

export const messageOnWire = ({ id, conversation, author, body, createdAt }: MessageView) => ({
  id,
  conversation_id: conversation,
  user_id: author,
  body,
  created_at: createdAt.toISOString(),
});
