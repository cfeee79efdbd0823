/** Conversations themselves: made, listed, renamed, deleted. Their participants are the roster's. */
import { ForeignKeyConstraintViolationException } from '@mikro-orm/core';
import { lockContainer } from '../access/containers.ts';
import type { Database, EntityManager } from '../database/database.ts';
import type { Actor } from '../identity/person.ts';
import { grantedOn } from '../observe/audit.ts';
import { Refusal } from '../refusal.ts';
import type { Announce } from './announce.ts';
import { conversation as kind } from './kinds/conversation.ts';

export interface ConversationView {
  id: number;
  title: string;
  /** The diagram that it is about. */
  diagram: string | null;
  createdAt: Date;
}

interface ConversationRow {
  id: number;
  title: string;
  diagram_id: string | null;
  created_at: string;
}

const COLUMNS = 'c.id, c.title, c.diagram_id, c.created_at';

const toView = (row: ConversationRow): ConversationView => ({
  id: row.id,
  title: row.title,
  diagram: row.diagram_id,
  createdAt: new Date(row.created_at),
});

export type Conversations = ReturnType<typeof createConversations>;

export function createConversations(database: Database, announce: Announce) {
  const audited = grantedOn('conversation');

  return {
    /**
     * The caller becomes its admin.
     * @throws Refusal not_found (reason `diagram`), forbidden if they may not read the diagram
     */
    create: (actor: Actor, made: { title: string; diagram: string | null }, requestId: string) =>
      database.asPerson(actor, async (em): Promise<ConversationView> => {
        const [row] = await em
          .execute<ConversationRow[]>(`select ${COLUMNS} from create_conversation(?, ?) c`, [made.title, made.diagram])
          .catch(withoutDiagram);
        if (!row) throw await whyNotAbout(em, made.diagram);
        await audited(em, actor, 'create', row.id, requestId);
        return toView(row);
      }),

    /** Mine, in the order in which they were made; one more than `limit` if there are more. */
    mine: (actor: Actor, page: { limit: number; after: readonly string[] | null }): Promise<ConversationView[]> =>
      database.asPerson(actor, async (em) => {
        const rows = await em.execute<ConversationRow[]>(
          `select ${COLUMNS} from conversation_participant m join conversation c on c.id = m.conversation_id
           where m.profile_id = ? ${page.after ? 'and c.id > ?' : ''} order by c.id limit ?`,
          [actor.id, ...(page.after ?? []), page.limit + 1],
        );
        return rows.map(toView);
      }),

    /** Its admins and platform admins. @throws Refusal not_found, forbidden */
    rename: (actor: Actor, id: number, title: string, requestId: string): Promise<ConversationView> =>
      database.asPerson(actor, async (em) => {
        await managed(em, actor, id);
        const [row] = await em.execute<[ConversationRow]>(
          `update conversation c set title = ? where c.id = ? returning ${COLUMNS}`,
          [title, id],
        );
        await audited(em, actor, 'rename', id, requestId);
        return toView(row);
      }),

    /** Its admins and platform admins; the messages go with it. @throws Refusal not_found, forbidden */
    async remove(actor: Actor, id: number, requestId: string): Promise<void> {
      await database.asPerson(actor, async (em) => {
        await managed(em, actor, id);
        await em.execute('delete from conversation where id = ?', [id]);
        await audited(em, actor, 'delete', id, requestId);
      });
      announce.publish({ kind: kind.name, container: String(id), revision: null, diagrams: [] });
    },
  };
}

const noDiagram = () => new Refusal('not_found', { reason: 'diagram' });

/** The diagram went while the conversation was made. */
function withoutDiagram(error: unknown): never {
  throw error instanceof ForeignKeyConstraintViolationException ? noDiagram() : error;
}

/** Nothing was made: there is no such diagram, or the caller may not read it. */
async function whyNotAbout(em: EntityManager, diagram: string | null): Promise<Refusal> {
  const [row] = await em.execute<[{ found: boolean }]>(`select container_exists('diagram', ?) as found`, [diagram]);
  return row.found ? new Refusal('forbidden', { reason: 'diagram-forbidden' }) : noDiagram();
}

async function managed(em: EntityManager, actor: Actor, id: number): Promise<void> {
  await lockContainer(em, 'conversation', String(id));
  const [held] = await em.execute<[{ role: string | null }]>(kind.standing, [id]);
  if (!actor.platformAdmin && held.role !== 'admin') throw new Refusal('forbidden');
}
