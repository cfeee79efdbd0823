/**
 * The rows that say who is connected: one for each connection of a participant, held by the lease of the node that
 * holds the connection. A lease that is deleted takes its rows with it; whoever then has none left is to be stepped out.
 */
import { ForeignKeyConstraintViolationException } from '@mikro-orm/core';
import type { Queries } from '../access/standing.ts';
import { Refusal } from '../refusal.ts';
import type { UserId } from './session-value.ts';

export interface StoredConnection {
  /** UUIDv7 */
  id: string;
  user: UserId;
  /** The node that holds it. */
  node: string;
}

/** A connection that is there already stays. @throws Refusal `unavailable` when the node has lost its lease (NO1) */
export async function insertConnection(
  queries: Queries,
  session: string,
  { id, user, node }: StoredConnection,
): Promise<void> {
  try {
    await queries.execute(
      'insert into session_connection (id, session_id, profile_id, node_id) values (?, ?, ?, ?) on conflict (id) do nothing',
      [id, session, user, node],
    );
  } catch (error) {
    throw error instanceof ForeignKeyConstraintViolationException ? new Refusal('unavailable') : error;
  }
}

export async function deleteConnection(queries: Queries, id: string): Promise<void> {
  await queries.execute('delete from session_connection where id = ?', [id]);
}

export async function sessionOfConnection(queries: Queries, id: string): Promise<string | null> {
  const rows = (await queries.execute('select session_id as session from session_connection where id = ?', [id])) as {
    session: string;
  }[];
  return rows[0]?.session ?? null;
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
