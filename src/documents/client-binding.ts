/**
 * Who writes under which Yjs client id. The first to use an id in a diagram keeps it: whoever wrote ahead under
 * somebody else's would make that person's replica diverge for ever. A statement of its own, before the log.
 */
import type { SqlExecutor } from '../database/database.ts';

/** Nobody honest comes with so many client ids that the log has never seen. */
export const MOST_NEW_CLIENTS = 10_000;

/**
 * Claims client ids for a person, unless somebody has them already.
 * @returns client id to the person who has it, for every id asked; null if there is no such diagram
 */
export async function bindClients(
  executor: SqlExecutor,
  diagram: string,
  person: string,
  clients: Iterable<number>,
): Promise<Map<number, string> | null> {
  const ids = [...new Set(clients)].sort((a, b) => a - b);
  try {
    const rows = await executor.query<{ client_id: string; profile_id: string }>(
      `insert into document_client (diagram_id, client_id, profile_id)
       select $1::uuid, client, $3::uuid from unnest($2::bigint[]) as client
       on conflict (diagram_id, client_id) do update set profile_id = document_client.profile_id
       returning client_id, profile_id`,
      [diagram, ids, person],
    );
    return new Map(rows.map((row) => [Number(row.client_id), row.profile_id]));
  } catch (error) {
    if ((error as { code?: string }).code === '23503') return null;
    throw error;
  }
}
