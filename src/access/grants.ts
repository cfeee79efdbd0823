/**
 * Grants: who has which role in a threat model. They are replaced as a whole, by an owner, and at least one person has
 * to remain an owner (MB3). The groups that are granted something are held still, then the threat model is locked, and
 * the access epochs of its diagrams are raised in the same transaction (AC3).
 */
import { uuidv7 } from 'uuidv7';
import { arrayOf } from '../database/array.ts';
import type { Database, EntityManager } from '../database/database.ts';
import type { Actor } from '../identity/person.ts';
import { personByEmail } from '../identity/profiles.ts';
import { recordAudit } from '../observe/audit.ts';
import { Refusal } from '../refusal.ts';
import type { AccessChanged } from './changes.ts';
import { raiseEpochs } from './containers.ts';
import type { AccessRole } from './roles.ts';
import { lockThreatModel, requireRole } from './threat-models.ts';

/** A person is named by email, a group by its UUID. */
export interface Grant {
  type: 'user' | 'group';
  subject: string;
  role: AccessRole;
}

export type Grants = ReturnType<typeof createGrants>;

export function createGrants(database: Database, accessChanged: AccessChanged) {
  return {
    /** Everybody who may read the threat model may see them. @throws Refusal not_found, forbidden */
    list: (actor: Actor, threatModel: string): Promise<Grant[]> =>
      database.asPerson(actor, async (em) => {
        await requireRole(em, threatModel, actor.id, 'reader');
        return listGrants(em, threatModel);
      }),

    /**
     * Replaces them all; owners. @param grants each subject once
     * @throws Refusal not_found, forbidden, user_not_found, not_found (reason `group`), last_owner
     */
    async replace(actor: Actor, threatModel: string, grants: readonly Grant[], requestId: string): Promise<Grant[]> {
      const done = await database.asPerson(actor, async (em) => {
        const groups = grants.filter((grant) => grant.type === 'group').map((grant) => grant.subject);
        const held = await em.execute<{ id: string }[]>('select hold_groups(?::uuid[]) as id', [arrayOf(groups)]);
        await lockThreatModel(em, threatModel, actor.id, 'owner');
        if (held.length < groups.length) throw new Refusal('not_found', { reason: 'group' });
        const rows = [];
        for (const { type, subject, role } of grants) {
          const profile = type === 'user' ? await personByEmail(em, subject) : null;
          if (type === 'user' && !profile) throw new Refusal('user_not_found', { field: 'subject' });
          rows.push({ id: uuidv7(), profile: profile?.id ?? null, grp: type === 'group' ? subject : null, role });
        }
        if (!rows.some((row) => row.profile !== null && row.role === 'owner')) throw new Refusal('last_owner');
        await em.execute('select replace_grants(?, ?::jsonb)', [threatModel, JSON.stringify(rows)]);
        const raised = await raiseEpochs(em, 'threat_model', threatModel);
        const container = `threat_model:${threatModel}`;
        await recordAudit(em, {
          actor: actor.id,
          action: 'threat_model.grants.replace',
          container,
          outcome: 'granted',
          details: { grants },
          requestId,
        });
        return { raised, grants: grants.map((grant) => ({ ...grant })) };
      });
      accessChanged(done.raised);
      return done.grants;
    },
  };
}

async function listGrants(em: EntityManager, threatModel: string): Promise<Grant[]> {
  return em.execute<Grant[]>(
    `select case when g.group_id is null then 'user' else 'group' end as type, coalesce(p.email, g.group_id::text) as subject, g.role
     from threat_model_grant g left join profile p on p.id = g.profile_id where g.threat_model_id = ? order by g.id`,
    [threatModel],
  );
}
