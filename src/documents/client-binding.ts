/**
 * Who writes under which Yjs client id. The first to use an id in a diagram keeps it: whoever wrote ahead under
 * somebody else's would make that person's replica diverge for ever. A statement of its own, before the log.
 */
import type { SqlExecutor } from '../database/database.ts';

interface Binding {
  client_id: string;
  profile_id: string;
}

const entryOf = ({ client_id, profile_id }: Binding): [number, string] => [Number(client_id), profile_id];

/** Nobody honest comes with so many client ids that the log has never seen. */
export const MOST_NEW_CLIENTS = 10_000;

/** @returns client id to the person who has it, for every id asked that somebody has */
export async function boundClients(
  executor: SqlExecutor,
  diagram: string,
  clients: Iterable<number>,
): Promise<Map<number, string>> {
  const rows = await executor.query<Binding>(
    `select client_id, profile_id from document_client where diagram_id = $1 and client_id = any($2::bigint[])`,
    [diagram, [...clients]],
  );
  return new Map(rows.map(entryOf));
}

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
    const rows = await executor.query<Binding>(
      `insert into document_client (diagram_id, client_id, profile_id)
       select $1::uuid, client, $3::uuid from unnest($2::bigint[]) as client
       on conflict (diagram_id, client_id) do update set profile_id = document_client.profile_id
       returning client_id, profile_id`,
      [diagram, ids, person],
    );
    return new Map(rows.map(entryOf));
  } catch (error) {
    if ((error as { code?: string }).code === '23503') return null;
    throw error;
  }
}
