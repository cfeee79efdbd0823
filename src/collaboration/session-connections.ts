/**
 * The rows that say who is connected: one for each connection of a participant, held by the lease of the node that
 * holds the connection. A lease that is deleted takes its rows with it; whoever then has none left is to be stepped out.
 */
import { ForeignKeyConstraintViolationException } from '@mikro-orm/core';
import type { Queries } from '../access/standing.ts';
import { arrayOf } from '../database/array.ts';
import { Refusal } from '../refusal.ts';
import type { UserId } from './session-value.ts';

export interface StoredConnection {
  /** UUIDv7 */
  id: string;
  user: UserId;
  /** The node that holds it. */
  node: string;
}

/** One that is there already stays. @throws Refusal `unavailable` when the node has lost its lease (NO1) */
export async function insertConnections(
  queries: Queries,
  session: string,
  connections: readonly StoredConnection[],
): Promise<void> {
  if (connections.length === 0) return;
  try {
    await queries.execute(
      `insert into session_connection (id, session_id, profile_id, node_id)
       values ${connections.map(() => '(?, ?, ?, ?)').join(', ')} on conflict (id) do nothing`,
      connections.flatMap(({ id, user, node }) => [id, session, user, node]),
    );
  } catch (error) {
    throw error instanceof ForeignKeyConstraintViolationException ? new Refusal('unavailable') : error;
  }
}

/** Those of a session that are among some connections. */
export async function deleteConnections(queries: Queries, session: string, ids: readonly string[]): Promise<void> {
  await queries.execute('delete from session_connection where session_id = ? and id = any (?::uuid[])', [
    session,
    arrayOf(ids),
  ]);
}

/** The sessions that some connections take part in, and the active ones of some diagrams. */
export async function sessionsOfConnections(
  queries: Queries,
  ids: readonly string[],
  diagrams: readonly string[],
): Promise<string[]> {
  const rows = (await queries.execute(
    `select session_id as session from session_connection where id = any (?::uuid[])
     union select id from collaboration_session where diagram_id = any (?::uuid[]) and ended_at is null`,
    [arrayOf(ids), arrayOf(diagrams)],
  )) as { session: string }[];
  return rows.map(({ session }) => session);
}

/** Who counts as connected in a session without having a connection. */
export async function participantsWithoutConnection(queries: Queries, session: string): Promise<UserId[]> {
  const rows = (await queries.execute(
    `select p.profile_id as user from session_participant p where p.session_id = ? and p.left_at is null and not exists
       (select from session_connection c where c.session_id = p.session_id and c.profile_id = p.profile_id)
     order by p.joined_at, p.profile_id`,
    [session],
  )) as { user: UserId }[];
  return rows.map(({ user }) => user);
}

/** Active sessions that have such people. */
export async function sessionsWithLostPeople(queries: Queries): Promise<string[]> {
  const rows = (await queries.execute(
    `select distinct p.session_id as id from session_participant p join collaboration_session s on s.id = p.session_id
     where s.ended_at is null and p.left_at is null and not exists
       (select from session_connection c where c.session_id = p.session_id and c.profile_id = p.profile_id)`,
  )) as { id: string }[];
  return rows.map(({ id }) => id);
}
