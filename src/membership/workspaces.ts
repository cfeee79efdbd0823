/** Workspaces themselves: made, listed, read, renamed, deleted. Their members are the roster's. */
import { uuidv7 } from 'uuidv7';
import { lockContainer } from '../access/containers.ts';
import type { Database, EntityManager } from '../database/database.ts';
import type { Actor } from '../identity/person.ts';
import { grantedOn } from '../observe/audit.ts';
import { Refusal } from '../refusal.ts';
import type { Announce } from './announce.ts';
import type { RosterPage } from './member-rows.ts';

export interface WorkspaceView {
  id: string;
  name: string;
  /** The caller's role. */
  role: string;
  createdAt: Date;
}

interface WorkspaceRow {
  id: string;
  name: string;
  role: string;
  created_at: string;
}

const toView = (row: WorkspaceRow): WorkspaceView => ({
  id: row.id,
  name: row.name,
  role: row.role,
  createdAt: new Date(row.created_at),
});

export type Workspaces = ReturnType<typeof createWorkspaces>;

export function createWorkspaces(database: Database, announce: Announce) {
  const visible = async (em: EntityManager, id: string) => {
    const rows = await em.execute<WorkspaceRow[]>(
      'select id, name, workspace_role(id) as role, created_at from workspace where id = ?',
      [id],
    );
    if (!rows[0]) throw new Refusal('forbidden');
    return toView(rows[0]);
  };
  const locked = async (em: EntityManager, id: string) => {
    await lockContainer(em, 'workspace', id);
    return visible(em, id);
  };
  const audited = grantedOn('workspace');

  return {
    /** The caller becomes its owner. */
    create: (actor: Actor, name: string, requestId: string): Promise<WorkspaceView> =>
      database.asPerson(actor, async (em) => {
        const id = uuidv7();
        const [row] = await em.execute<[{ at: string }]>('select create_workspace(?, ?) as at', [id, name]);
        await audited(em, actor, 'create', id, requestId);
        return { id, name, role: 'owner', createdAt: new Date(row.at) };
      }),

    /** Mine, in the order in which they were made; one row more than `limit` if there are more. */
    mine: (actor: Actor, page: RosterPage & { limit: number }): Promise<WorkspaceView[]> =>
      database.asPerson(actor, async (em) => {
        const rows = await em.execute<WorkspaceRow[]>(
          `select w.id, w.name, m.role, w.created_at from workspace_member m join workspace w on w.id = m.workspace_id
           where m.profile_id = ? ${page.after ? 'and m.workspace_id > ?' : ''} order by m.workspace_id limit ?`,
          [actor.id, ...(page.after ?? []), page.limit + 1],
        );
        return rows.map(toView);
      }),

    /** @throws Refusal not_found, forbidden */
    read: (actor: Actor, id: string): Promise<WorkspaceView> =>
      database.asPerson(actor, async (em) => {
        const [row] = await em.execute<[{ found: boolean }]>(`select container_exists('workspace', ?) as found`, [id]);
        if (!row.found) throw new Refusal('not_found');
        return visible(em, id);
      }),

    /** Owners and admins. @throws Refusal not_found, forbidden */
    rename: (actor: Actor, id: string, name: string, requestId: string): Promise<WorkspaceView> =>
      database.asPerson(actor, async (em) => {
        const view = await locked(em, id);
        if (view.role !== 'owner' && view.role !== 'admin') throw new Refusal('forbidden');
        await em.execute('update workspace set name = ? where id = ?', [name, id]);
        await audited(em, actor, 'rename', id, requestId);
        return { ...view, name };
      }),

    /** Owners; its threat models go with it. @throws Refusal not_found, forbidden, conflict while a session is active in it */
    async remove(actor: Actor, id: string, requestId: string): Promise<void> {
      await database.asPerson(actor, async (em) => {
        const view = await locked(em, id);
        if (view.role !== 'owner') throw new Refusal('forbidden');
        const active = await em.execute(
          `select from collaboration_session s join diagram d on d.id = s.diagram_id join threat_model t on t.id = d.threat_model_id
           where t.workspace_id = ? and s.ended_at is null limit 1`,
          [id],
        );
        if (active.length > 0) throw new Refusal('conflict', { reason: 'session-active' });
        await em.execute('delete from workspace where id = ?', [id]);
        await audited(em, actor, 'delete', id, requestId);
      });
      announce.publish({ kind: 'workspace', container: id, revision: null, diagrams: [] });
    },
  };
}
