/** A group as rows of the database, for tests of what a grant to a group gives. */
import { uuidv7 } from 'uuidv7';
import type { Database } from '../../src/database/database.ts';
import { toUlid } from '../../src/identity/spelling.ts';

export interface TestGroup {
  id: string;
  ulid: string;
}

/** @param owner and @param members profile ids */
export async function groupOf(database: Database, owner: string, members: readonly string[] = []): Promise<TestGroup> {
  const id = uuidv7();
  await database.asSystem(async (em) => {
    await em.execute(`insert into user_group (id, name, owner_id) values (?, 'a group', ?)`, [id, owner]);
    for (const member of members)
      await em.execute('insert into group_member (group_id, profile_id, added_by_id) values (?, ?, ?)', [
        id,
        member,
        owner,
      ]);
  });
  return { id, ulid: toUlid(id) };
}
