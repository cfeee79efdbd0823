/** Threat models: made, listed, read, changed, deleted. Who may do what with them are their grants. */
import { uuidv7 } from 'uuidv7';
import type { Database, EntityManager } from '../database/database.ts';
import type { Actor } from '../identity/person.ts';
import { grantedOn } from '../observe/audit.ts';
import { Refusal } from '../refusal.ts';
import { lockContainer } from './containers.ts';
import { atLeast, type AccessRole } from './roles.ts';
import { standingInThreatModel } from './standing.ts';

export interface ThreatModelView {
  id: string;
  name: string;
  description: string | null;
  workspace: string | null;
  /** The owner's email. */
  owner: string;
  /** The caller's role. */
  role: AccessRole;
  createdAt: Date;
}

interface Row {
  id: string;
  name: string;
  description: string | null;
  workspace_id: string | null;
  owner: string;
  role: AccessRole;
  created_at: string;
}

const COLUMNS = `t.id, t.name, t.description, t.workspace_id, p.email as owner,
  threat_model_role(t.id, current_person()) as role, t.created_at`;
const FROM = 'threat_model t join profile p on p.id = t.owner_id';

const toView = (row: Row): ThreatModelView => ({
  id: row.id,
  name: row.name,
  description: row.description,
  workspace: row.workspace_id,
  owner: row.owner,
  role: row.role,
  createdAt: new Date(row.created_at),
});

/**
 * What every call on a threat model begins with.
 * @throws Refusal not_found, forbidden below `least`
 */
export async function requireRole(
  em: EntityManager,
  threatModel: string,
  person: string,
  least: AccessRole,
): Promise<AccessRole> {
  const standing = await standingInThreatModel(em, threatModel, person);
  if (!standing.exists) throw new Refusal('not_found');
  if (standing.role === null || !atLeast(standing.role, least)) throw new Refusal('forbidden');
  return standing.role;
}

/** Locks a threat model against changes of its grants and diagrams. @throws Refusal not_found, forbidden */
export async function lockThreatModel(
  em: EntityManager,
  threatModel: string,
  person: string,
  least: AccessRole,
): Promise<void> {
  await lockContainer(em, 'threat_model', threatModel);
  await requireRole(em, threatModel, person, least);
}

export type ThreatModels = ReturnType<typeof createThreatModels>;

export function createThreatModels(database: Database) {
  const one = async (em: EntityManager, id: string): Promise<ThreatModelView> => {
    const rows = await em.execute<Row[]>(`select ${COLUMNS} from ${FROM} where t.id = ?`, [id]);
    if (!rows[0]) throw new Refusal('forbidden');
    return toView(rows[0]);
  };
  const audited = grantedOn('threat_model');

  return {
    /** The caller becomes an owner. In a workspace: its owners, admins and members. @throws Refusal not_found, forbidden */
    create: (
      actor: Actor,
      made: { name: string; description: string | null; workspace: string | null },
      requestId: string,
    ) =>
      database.asPerson(actor, async (em) => {
        if (made.workspace !== null) await requireWorkspace(em, made.workspace);
        const id = uuidv7();
        await em.execute('select create_threat_model(?, ?, ?, ?, ?)', [
          id,
          uuidv7(),
          made.name,
          made.description,
          made.workspace,
        ]);
        await audited(em, actor, 'create', id, requestId);
        return one(em, id);
      }),

    /** Those the caller has a role in, newest first; one more than `limit` if there are more. */
    mine: (actor: Actor, page: { limit: number; after: readonly string[] | null }) =>
      database.asPerson(actor, async (em) => {
        const rows = await em.execute<Row[]>(
          `select ${COLUMNS} from ${FROM} where t.id in (select threat_models_of(current_person()))
           ${page.after ? 'and t.id < ?' : ''} order by t.id desc limit ?`,
          [...(page.after ?? []), page.limit + 1],
        );
        return rows.map(toView);
      }),

    /** @throws Refusal not_found, forbidden */
    read: (actor: Actor, id: string) =>
      database.asPerson(actor, async (em) => {
        await requireRole(em, id, actor.id, 'reader');
        return one(em, id);
      }),

    /** Writers. Waits for a change of access that is under way, or is seen by it. @throws Refusal not_found, forbidden */
    change: (
      actor: Actor,
      id: string,
      changes: { name?: string | undefined; description?: string | null | undefined },
      requestId: string,
    ) =>
      database.asPerson(actor, async (em) => {
        await lockThreatModel(em, id, actor.id, 'writer');
        if (changes.name !== undefined)
          await em.execute('update threat_model set name = ? where id = ?', [changes.name, id]);
        if (changes.description !== undefined)
          await em.execute('update threat_model set description = ? where id = ?', [changes.description, id]);
        await audited(em, actor, 'change', id, requestId);
        return one(em, id);
      }),

    /** Owners. @throws Refusal not_found, forbidden, conflict while a session is active in it */
    remove: (actor: Actor, id: string, requestId: string) =>
      database.asPerson(actor, async (em) => {
        await lockThreatModel(em, id, actor.id, 'owner');
        const active = await em.execute(
          `select from collaboration_session s join diagram d on d.id = s.diagram_id
           where d.threat_model_id = ? and s.ended_at is null limit 1`,
          [id],
        );
        if (active.length > 0) throw new Refusal('conflict', { reason: 'session-active' });
        await em.execute('delete from threat_model where id = ?', [id]);
        await audited(em, actor, 'delete', id, requestId);
      }),
  };
}

/** The role is read in a statement of its own: that of the lock does not see what it has waited for (AC1). */
async function requireWorkspace(em: EntityManager, workspace: string): Promise<void> {
  await lockContainer(em, 'workspace', workspace, { reason: 'workspace' });
  const [held] = await em.execute<[{ role: string | null }]>('select workspace_role(?) as role', [workspace]);
  if (held.role === null || held.role === 'read_only') throw new Refusal('forbidden');
}
