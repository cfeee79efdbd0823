/** Diagrams as entries of a threat model: made, listed, read, renamed, deleted. Their content is the log's. */
import { uuidv7 } from 'uuidv7';
import { lockThreatModel, requireRole } from '../access/threat-models.ts';
import type { Database, EntityManager } from '../database/database.ts';
import type { Actor } from '../identity/person.ts';
import { grantedOn } from '../observe/audit.ts';
import { Refusal } from '../refusal.ts';

export interface DiagramView {
  id: string;
  threatModel: string;
  name: string;
  createdAt: Date;
  updatedAt: Date;
  /** The last sequence number of its log. */
  head: number;
}

interface Row {
  id: string;
  threat_model_id: string;
  name: string;
  created_at: string;
  updated_at: string;
  head: string | number;
}

const COLUMNS = 'id, threat_model_id, name, created_at, updated_at, head';

const toView = (row: Row): DiagramView => ({
  id: row.id,
  threatModel: row.threat_model_id,
  name: row.name,
  createdAt: new Date(row.created_at),
  updatedAt: new Date(row.updated_at),
  head: Number(row.head),
});

/** Where a diagram is: in a threat model. A diagram of another threat model does not exist there. */
export interface DiagramPlace {
  threatModel: string;
  diagram: string;
}

export type Diagrams = ReturnType<typeof createDiagrams>;

export function createDiagrams(database: Database) {
  const audited = grantedOn('diagram');
  const one = async (em: EntityManager, { threatModel, diagram }: DiagramPlace): Promise<DiagramView> => {
    const rows = await em.execute<Row[]>(`select ${COLUMNS} from diagram where id = ? and threat_model_id = ?`, [
      diagram,
      threatModel,
    ]);
    if (!rows[0]) throw new Refusal('not_found', { reason: 'diagram' });
    return toView(rows[0]);
  };

  return {
    /** Writers. Waits for a change of access that is under way, or is seen by it. @throws Refusal not_found, forbidden */
    create: (actor: Actor, threatModel: string, name: string, requestId: string): Promise<DiagramView> =>
      database.asPerson(actor, async (em) => {
        await lockThreatModel(em, threatModel, actor.id, 'writer');
        const id = uuidv7();
        await em.execute('insert into diagram (id, threat_model_id, name) values (?, ?, ?)', [id, threatModel, name]);
        await audited(em, actor, 'create', id, requestId);
        return one(em, { threatModel, diagram: id });
      }),

    /** In the order in which they were made; one more than `limit` if there are more. @throws Refusal not_found, forbidden */
    list: (
      actor: Actor,
      threatModel: string,
      page: { limit: number; after: readonly string[] | null },
    ): Promise<DiagramView[]> =>
      database.asPerson(actor, async (em) => {
        await requireRole(em, threatModel, actor.id, 'reader');
        const rows = await em.execute<Row[]>(
          `select ${COLUMNS} from diagram where threat_model_id = ? ${page.after ? 'and id > ?' : ''} order by id limit ?`,
          [threatModel, ...(page.after ?? []), page.limit + 1],
        );
        return rows.map(toView);
      }),

    /** @throws Refusal not_found, forbidden */
    read: (actor: Actor, place: DiagramPlace): Promise<DiagramView> =>
      database.asPerson(actor, async (em) => {
        await requirePlace(em, place);
        await requireRole(em, place.threatModel, actor.id, 'reader');
        return one(em, place);
      }),

    /** Writers, like `create`. @throws Refusal not_found, forbidden */
    rename: (actor: Actor, place: DiagramPlace, name: string, requestId: string): Promise<DiagramView> =>
      database.asPerson(actor, async (em) => {
        await requirePlace(em, place);
        await lockThreatModel(em, place.threatModel, actor.id, 'writer');
        await em.execute(
          'update diagram set name = ?, updated_at = clock_timestamp() where id = ? and threat_model_id = ?',
          [name, place.diagram, place.threatModel],
        );
        await audited(em, actor, 'rename', place.diagram, requestId);
        return one(em, place);
      }),

    /** Owners. @throws Refusal not_found, forbidden, conflict while a session is active on it */
    remove: (actor: Actor, place: DiagramPlace, requestId: string): Promise<void> =>
      database.asPerson(actor, async (em) => {
        await requirePlace(em, place);
        await lockThreatModel(em, place.threatModel, actor.id, 'owner');
        const active = await em.execute('select from collaboration_session where diagram_id = ? and ended_at is null', [
          place.diagram,
        ]);
        if (active.length > 0) throw new Refusal('conflict', { reason: 'session-active' });
        const gone = await em.execute<object[]>(
          'delete from diagram where id = ? and threat_model_id = ? returning id',
          [place.diagram, place.threatModel],
        );
        if (gone.length === 0) throw new Refusal('not_found', { reason: 'diagram' }); // by somebody, meanwhile
        await audited(em, actor, 'delete', place.diagram, requestId);
      }),
  };
}

/** Existence comes before standing, so it is asked past row level security. @throws Refusal not_found */
async function requirePlace(em: EntityManager, { threatModel, diagram }: DiagramPlace): Promise<void> {
  const [row] = await em.execute<[{ model: boolean; found: boolean }]>(
    `select container_exists('threat_model', ?) as model, diagram_is_in(?, ?) as found`,
    [threatModel, diagram, threatModel],
  );
  if (!row.model) throw new Refusal('not_found');
  if (!row.found) throw new Refusal('not_found', { reason: 'diagram' });
}
