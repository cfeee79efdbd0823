/**
 * Groups themselves: made, listed, read, changed, handed over, deleted. Their members are the roster's.
 *
 * A group that is granted a role in a threat model carries people there: its owner and its members. So handing over
 * and deleting do what a change of the roster does: lock the group and then every threat model that it reaches, raise
 * the access epochs of their diagrams in the same transaction (AC3), and tell of it after the commit. A new owner is
 * no member row any more (MB6); the old one becomes nothing. A threat model keeps a person as its owner, because
 * grants never let go of the last one (MB3).
 */
import { uuidv7 } from 'uuidv7';
import { lockContainer, raiseEpochs } from '../access/containers.ts';
import type { Database, EntityManager } from '../database/database.ts';
import type { Actor, Person } from '../identity/person.ts';
import { recordAudit } from '../observe/audit.ts';
import { Refusal } from '../refusal.ts';
import type { Announce } from './announce.ts';
import { group as kind } from './kinds/group.ts';
import { memberRow, type RosterPage } from './member-rows.ts';
import type { Subject } from './roster.ts';

export interface GroupView {
  id: string;
  name: string;
  description: string | null;
  /** The owner's profile id. */
  owner: string;
  createdAt: Date;
}

export interface GroupChanges {
  name?: string | undefined;
  description?: string | null | undefined;
  owner?: Subject | undefined;
}

interface GroupRow {
  id: string;
  name: string;
  description: string | null;
  owner_id: string;
  created_at: string;
}

const COLUMNS = 'g.id, g.name, g.description, g.owner_id, g.created_at';

const toView = (row: GroupRow): GroupView => ({
  id: row.id,
  name: row.name,
  description: row.description,
  owner: row.owner_id,
  createdAt: new Date(row.created_at),
});

export type Groups = ReturnType<typeof createGroups>;

export function createGroups(database: Database, announce: Announce) {
  return {
    /** The caller becomes its owner. */
    create: (actor: Actor, made: { name: string; description: string | null }, requestId: string): Promise<GroupView> =>
      database.asPerson(actor, async (em) => {
        const id = uuidv7();
        const [row] = await em.execute<[{ at: string }]>(
          'insert into user_group (id, name, description, owner_id) values (?, ?, ?, ?) returning created_at as at',
          [id, made.name, made.description, actor.id],
        );
        await audit(em, actor, 'create', id, { requestId });
        return { id, ...made, owner: actor.id, createdAt: new Date(row.at) };
      }),

    /** Owned or joined, in the order in which they were made; one more than `limit` if there are more. */
    mine: (actor: Actor, page: RosterPage & { limit: number }): Promise<GroupView[]> =>
      database.asPerson(actor, async (em) => {
        const rows = await em.execute<GroupRow[]>(
          `select ${COLUMNS} from my_groups() as mine join user_group g on g.id = mine
           ${page.after ? 'where g.id > ?' : ''} order by g.id limit ?`,
          [...(page.after ?? []), page.limit + 1],
        );
        return rows.map(toView);
      }),

    /** Owner and members. @throws Refusal not_found, forbidden */
    read: (actor: Actor, id: string): Promise<GroupView> =>
      database.asPerson(actor, async (em) => {
        const [row] = await em.execute<[{ found: boolean }]>(`select container_exists('group', ?) as found`, [id]);
        if (!row.found) throw new Refusal('not_found');
        return visible(em, id);
      }),

    /** The owner changes it and hands it over. @throws Refusal not_found, forbidden, user_not_found */
    async change(actor: Actor, id: string, changes: GroupChanges, requestId: string): Promise<GroupView> {
      const done = await database.asPerson(actor, async (em) => {
        const before = await owned(em, actor, id);
        const to = changes.owner ? await changes.owner.find(em) : null;
        if (changes.owner && !to) throw new Refusal('user_not_found', { field: 'owner_id' });
        const after = { ...before, name: changes.name ?? before.name, owner: to?.id ?? before.owner };
        if (changes.description !== undefined) after.description = changes.description;
        const told = to && to.id !== before.owner ? await handOver(em, actor, id, to, announce) : null;
        await em.execute('update user_group set name = ?, description = ?, owner_id = ? where id = ?', [
          after.name,
          after.description,
          after.owner,
          id,
        ]);
        await audit(em, actor, 'change', id, { requestId, subject: changes.owner?.named });
        return { after, told };
      });
      if (done.told) announce.publish(done.told);
      return done.after;
    },

    /** The owner; what the group was granted goes with it. @throws Refusal not_found, forbidden */
    async remove(actor: Actor, id: string, requestId: string): Promise<void> {
      const diagrams = await database.asPerson(actor, async (em) => {
        await owned(em, actor, id);
        const raised = await raiseEpochs(em, kind.name, id);
        await em.execute('delete from user_group where id = ?', [id]);
        await audit(em, actor, 'delete', id, { requestId });
        return raised;
      });
      announce.publish({ kind: kind.name, container: id, revision: null, diagrams });
    },
  };
}

/** Everything about a new owner but the owner itself: what the caller may do, they may until they are it no longer. */
async function handOver(em: EntityManager, actor: Actor, id: string, to: Person, announce: Announce) {
  const member = await memberRow(em, kind, id, to.id);
  if (member) await em.execute('delete from group_member where group_id = ? and profile_id = ?', [id, to.id]);
  const place = { kind: kind.name, container: id };
  const event = { action: 'hand_over', from: actor.id, to: to.id, member, by: actor } as const;
  return { ...place, revision: await announce.write(em, place, event), diagrams: await raiseEpochs(em, kind.name, id) };
}

/** The group, locked with what it reaches. @throws Refusal not_found, forbidden to anybody but the owner */
async function owned(em: EntityManager, actor: Actor, id: string): Promise<GroupView> {
  await lockContainer(em, 'group', id);
  const view = await visible(em, id);
  if (view.owner !== actor.id) throw new Refusal('forbidden');
  return view;
}

async function visible(em: EntityManager, id: string): Promise<GroupView> {
  const rows = await em.execute<GroupRow[]>(`select ${COLUMNS} from user_group g where g.id = ?`, [id]);
  if (!rows[0]) throw new Refusal('forbidden');
  return toView(rows[0]);
}

async function audit(
  em: EntityManager,
  actor: Actor,
  action: string,
  id: string,
  more: { requestId: string; subject?: string | undefined },
): Promise<void> {
  const entry = { actor: actor.id, action: `group.${action}`, container: `group:${id}`, ...more };
  await recordAudit(em, { ...entry, outcome: 'granted' });
}
