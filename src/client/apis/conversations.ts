/** Conversations, who takes part in them, and what is said. Ids are integers; `user_id` is a person's `number`. */
import { listAt, pathOf, type Listing, type PageOptions } from '../listing.ts';
import type { Conversation, ConversationParticipant, ConversationRole, Message, ParticipantAdded } from '../shapes.ts';
import type { CallOptions, Transport } from '../transport.ts';
import type { PeopleApi } from './people.ts';

export type ConversationsApi = ReturnType<typeof conversationsApi>;

export function conversationsApi(transport: Transport, me: PeopleApi['me']) {
  const all = '/v1/messaging/conversations';
  const one = (id: number) => pathOf`/v1/messaging/conversations/${id}`;
  const participants = (id: number) => `${one(id)}/participants`;
  const participant = (id: number, userId: number) => pathOf`/v1/messaging/conversations/${id}/participants/${userId}`;
  return {
    /** About a diagram that the caller may read, or about nothing; the caller is its admin. */
    create: (body: { title: string; diagram_id?: string | null }, { signal }: CallOptions = {}) =>
      transport.json<Conversation>({ method: 'POST', path: all, body, signal }),
    /** Those that the caller takes part in. */
    list: (options?: PageOptions): Listing<Conversation> => listAt(transport, all, options),
    /** Its admins and platform admins. */
    rename: (id: number, title: string, { signal }: CallOptions = {}) =>
      transport.json<Conversation>({ method: 'PATCH', path: one(id), body: { title }, signal }),
    /** With its messages; its admins and platform admins. */
    remove: async (id: number, { signal }: CallOptions = {}): Promise<void> => {
      await transport.send({ method: 'DELETE', path: one(id), signal });
    },
    /** In order of `joined_at`; complete unless a limit is given. */
    participants: (id: number, options?: PageOptions): Listing<ConversationParticipant> =>
      listAt(transport, participants(id), options, 'participants'),
    /** A member unless a role is given. @throws RoundtableError `user_not_found`, `already_member` */
    addParticipant: (id: number, body: { user_id: number; role?: ConversationRole }, { signal }: CallOptions = {}) =>
      transport.json<ParticipantAdded>({ method: 'POST', path: participants(id), body, signal }),
    changeParticipant: (id: number, userId: number, role: ConversationRole, { signal }: CallOptions = {}) =>
      transport.json<ConversationParticipant>({
        method: 'PATCH',
        path: participant(id, userId),
        body: { role },
        signal,
      }),
    /** Anybody may remove themselves. */
    removeParticipant: async (id: number, userId: number, { signal }: CallOptions = {}): Promise<void> => {
      const isDeparture = async () => (await me({ signal })).number === userId;
      await transport.send({ method: 'DELETE', path: participant(id, userId), signal, isDeparture });
    },
    /** Says something; participants. */
    send: (id: number, body: string, { signal }: CallOptions = {}) =>
      transport.json<Message>({ method: 'POST', path: `${one(id)}/messages`, body: { body }, signal }),
    /** What was said, newest first; participants. */
    messages: (id: number, options?: PageOptions): Listing<Message> =>
      listAt(transport, `${one(id)}/messages`, options),
  };
}
