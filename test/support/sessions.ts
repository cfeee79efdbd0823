/** A session as a row of the database, for tests of what an active session forbids. */
import { uuidv7 } from 'uuidv7';
import type { Database } from '../../src/database/database.ts';

/** Opens a session on a diagram; returns the way to end it. */
export async function startSession(database: Database, diagram: string, host: string): Promise<() => Promise<void>> {
  const id = uuidv7();
  await database.asSystem((em) =>
    em.execute('insert into collaboration_session (id, diagram_id, host_id, presenter_id) values (?, ?, ?, ?)', [
      id,
      diagram,
      host,
      host,
    ]),
  );
  return async () => {
    await database.asSystem((em) =>
      em.execute(`update collaboration_session set ended_at = now(), end_reason = 'idle' where id = ?`, [id]),
    );
  };
}
