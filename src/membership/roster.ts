/**
 * The roster: who belongs to a container, for every kind, written once. Each change is one transaction:
 *
 * 1. lock the container, then every threat model that it reaches, by id (none: `not_found`); of two changes one waits
 * 2. the caller's standing allows it, else `forbidden`
 * 3. the subject exists (`user_not_found`, `member_not_found`)
 * 4. write; the unique key is the `already_member`; the last owner stays (`last_owner`)
 * 5. raise the access epochs of the diagrams it reaches, write the audit row and the notice
 * 6. commit, and only then announce
 */
import { lockContainer, raiseEpochs } from '../access/containers.ts';
import type { Database, EntityManager } from '../database/database.ts';
import type { Actor, Person } from '../identity/person.ts';
import { recordAudit } from '../observe/audit.ts';
import { Refusal } from '../refusal.ts';
import type { Announce } from './announce.ts';
import type { Kind, Member, Standing } from './kind.ts';
import { memberRow, memberRows, type RosterPage } from './member-rows.ts';

/** How the caller named the subject: looked for inside the transaction, and told of only to whoever may make the change. */
export interface Subject {
  /** As it was sent, for the audit row. */
  named: string;
  find(em: EntityManager): Promise<Person | null>;
}

export interface Attempted {
  kind: Kind;
  container: string;
  actor: Actor;
  requestId?: string;
}

export interface Roster {
  /** @throws Refusal not_found, forbidden (reason `invite`), user_not_found, already_member */
  add(attempt: Attempted, subject: Subject, role: string | null): Promise<Member>;
  /** @throws Refusal not_found, forbidden, user_not_found, member_not_found, last_owner */
  change(attempt: Attempted, subject: Subject, role: string): Promise<Member>;
  /** @throws Refusal not_found, forbidden, user_not_found, member_not_found, last_owner */
  remove(attempt: Attempted, subject: Subject): Promise<Member>;
  /** In order of `added_at`, with one row more than `limit` if there are more. @throws Refusal not_found, forbidden */
  list(attempt: Attempted, page: RosterPage): Promise<Member[]>;
}

export function createRoster(database: Database, announce: Announce): Roster {
  const changing = async (
    attempt: Attempted,
    action: 'add' | 'change' | 'remove',
    work: (em: EntityManager) => Promise<Done>,
  ): Promise<Member> => {
    const { kind, container, actor } = attempt;
    const change = await database.asPerson(actor, async (em) => {
      await lockContainer(em, kind.name, container);
      const { member, named } = await work(em);
      const diagrams = kind.reachesDiagrams ? await raiseEpochs(em, kind.name, container) : [];
      const entry = {
        actor: actor.id,
        action: `${kind.name}.member.${action}`,
        container: `${kind.name}:${container}`,
        subject: named,
      };
      await recordAudit(em, { ...entry, role: member.role, outcome: 'granted', requestId: attempt.requestId });
      const place = { kind: kind.name, container };
      const revision = await announce.write(em, place, { action, member, by: actor });
      return { member, told: { ...place, revision, diagrams } };
    });
    announce.publish(change.told);
    return change.member;
  };

  return {
    add: (attempt, subject, role) =>
      changing(attempt, 'add', async (em) => {
        const { kind, container, actor } = attempt;
        if (!kind.may.add(await standingOf(em, attempt, null), role))
          throw new Refusal('forbidden', { reason: 'invite' });
        const person = await subject.find(em);
        if (!person) throw new Refusal('user_not_found');
        if (await kind.belongsWithoutRow?.(em, container, person.id)) throw new Refusal('already_member');
        const withRole = kind.roles.length > 0;
        const rows = await em.execute<{ added_at: string; number: number | null }[]>(
          `insert into ${kind.table} (${kind.containerColumn}, profile_id, added_by_id${withRole ? ', role' : ''})
           values (?, ?, ?${withRole ? ', ?' : ''}) on conflict (${kind.containerColumn}, profile_id) do nothing
           returning added_at, ${kind.numbered ? 'id' : 'null'} as number`,
          [container, person.id, actor.id, ...(withRole ? [role] : [])],
        );
        const row = rows[0];
        if (!row) throw new Refusal('already_member');
        const member = {
          person,
          role: withRole ? role : null,
          addedAt: new Date(row.added_at),
          addedBy: actor.id,
          number: row.number,
        };
        return { member, named: subject.named };
      }),

    change: (attempt, subject, role) =>
      changing(attempt, 'change', async (em) => {
        const { kind, container } = attempt;
        const target = await targetOf(em, attempt, subject, (standing, from) => kind.may.change(standing, from, role));
        if (target.role === kind.kept && role !== kind.kept) await keepLast(em, kind, container);
        await em.execute(`update ${kind.table} set role = ? where ${kind.containerColumn} = ? and profile_id = ?`, [
          role,
          container,
          target.person.id,
        ]);
        return { member: { ...target, role }, named: subject.named };
      }),

    remove: (attempt, subject) =>
      changing(attempt, 'remove', async (em) => {
        const { kind, container } = attempt;
        const target = await targetOf(em, attempt, subject, (standing, role) => kind.may.remove(standing, role));
        if (kind.kept !== null && target.role === kind.kept) await keepLast(em, kind, container);
        await em.execute(`delete from ${kind.table} where ${kind.containerColumn} = ? and profile_id = ?`, [
          container,
          target.person.id,
        ]);
        return { member: target, named: subject.named };
      }),

    list: (attempt, page) =>
      database.asPerson(attempt.actor, async (em) => {
        const { kind, container } = attempt;
        if (!kind.may.list(await standingIn(em, attempt))) throw new Refusal('forbidden');
        return memberRows(em, kind, container, page);
      }),
  };
}

interface Done {
  member: Member;
  named: string;
}

/** The caller's standing in a container that need not exist. @throws Refusal not_found */
async function standingIn(em: EntityManager, { kind, container, actor }: Attempted): Promise<Standing> {
  const [row] = await em.execute<[{ found: boolean; role: string | null }]>(
    `select container_exists(?, ?) as found, (${kind.standing})`,
    [kind.name, container, container],
  );
  if (!row.found) throw new Refusal('not_found');
  return { role: row.role, platformAdmin: actor.platformAdmin, self: false };
}

async function standingOf(
  em: EntityManager,
  { kind, container, actor }: Attempted,
  target: string | null,
): Promise<Standing> {
  const [row] = await em.execute<[{ role: string | null }]>(kind.standing, [container]);
  return { role: row.role, platformAdmin: actor.platformAdmin, self: target === actor.id };
}

/** The member whom a change concerns, once the caller may make it: first at all, then to somebody with that role. */
async function targetOf(
  em: EntityManager,
  attempt: Attempted,
  subject: Subject,
  allowed: (standing: Standing, role: string | null | undefined) => boolean,
): Promise<Member> {
  const { kind, container } = attempt;
  const person = await subject.find(em);
  const standing = await standingOf(em, attempt, person?.id ?? null);
  if (!allowed(standing, undefined)) throw new Refusal('forbidden');
  if (!person) throw new Refusal('user_not_found');
  const member = await memberRow(em, kind, container, person.id);
  const onlyForThemselves = !allowed({ ...standing, self: false }, undefined);
  if (!member) throw new Refusal(onlyForThemselves ? 'forbidden' : 'member_not_found');
  if (!allowed(standing, member.role)) throw new Refusal('forbidden');
  return member;
}

async function keepLast(em: EntityManager, kind: Kind, container: string): Promise<void> {
  const rows = await em.execute(`select from ${kind.table} where ${kind.containerColumn} = ? and role = ? limit 2`, [
    container,
    kind.kept,
  ]);
  if (rows.length < 2) throw new Refusal('last_owner');
}
