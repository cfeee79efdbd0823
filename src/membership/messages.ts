/**
 * Messages of a conversation, for its participants only. The conversation is locked while one is written, so that
 * their ids follow each other in the order in which they become visible, and a cursor misses none.
 */
import type { Database, EntityManager } from '../database/database.ts';
import type { Actor } from '../identity/person.ts';
import { Refusal } from '../refusal.ts';
import type { Announce } from './announce.ts';
import type { MessageView } from './message.ts';
import { conversation as kind } from './kinds/conversation.ts';

interface MessageRow {
  id: number;
  author: number;
  body: string;
  created_at: string;
}

export type Messages = ReturnType<typeof createMessages>;

export function createMessages(database: Database, announce: Announce) {
  return {
    /** @throws Refusal not_found, forbidden */
    async send(actor: Actor, conversation: number, body: string): Promise<MessageView> {
      const place = { kind: kind.name, container: String(conversation) };
      const { message, revision } = await database.asPerson(actor, async (em) => {
        await requireParticipant(em, `select lock_container('conversation', ?) as found`, actor, conversation);
        const [row] = await em.execute<[{ id: number; created_at: string }]>(
          'insert into message (conversation_id, author_id, body) values (?, ?, ?) returning id, created_at',
          [conversation, actor.id, body],
        );
        const sent = { id: row.id, conversation, author: actor.number, body, createdAt: new Date(row.created_at) };
        return { message: sent, revision: await announce.write(em, place, { action: 'message', message: sent }) };
      });
      announce.publish({ ...place, revision, diagrams: [] });
      return message;
    },

    /** Newest first; one more than `limit` if there are more. @throws Refusal not_found, forbidden */
    list: (actor: Actor, conversation: number, page: { limit: number; after: readonly string[] | null }) =>
      database.asPerson(actor, async (em): Promise<MessageView[]> => {
        await requireParticipant(em, `select container_exists('conversation', ?) as found`, actor, conversation);
        const rows = await em.execute<MessageRow[]>(
          `select m.id, p.number as author, m.body, m.created_at from message m join profile p on p.id = m.author_id
           where m.conversation_id = ? ${page.after ? 'and m.id < ?' : ''} order by m.id desc limit ?`,
          [conversation, ...(page.after ?? []), page.limit + 1],
        );
        return rows.map((row) => ({
          id: row.id,
          conversation,
          author: row.author,
          body: row.body,
          createdAt: new Date(row.created_at),
        }));
      }),
  };
}

async function requireParticipant(em: EntityManager, find: string, actor: Actor, conversation: number): Promise<void> {
  const [row] = await em.execute<[{ found: boolean }]>(find, [String(conversation)]);
  if (!row.found) throw new Refusal('not_found');
  const [held] = await em.execute<[{ role: string | null }]>(kind.standing, [conversation]);
  const standing = { role: held.role, platformAdmin: actor.platformAdmin, self: false };
  if (!kind.may.listen(standing)) throw new Refusal('forbidden');
}
