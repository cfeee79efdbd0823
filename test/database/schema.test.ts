import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { freshDatabase } from '../support/database.ts';

describe.each(['postgresql', 'embedded'] as const)('the schema on %s', (kind) => {
  let database: Database;
  beforeAll(async () => {
    database = kind === 'postgresql' ? await freshDatabase() : await openDatabase({ directory: null });
    await database.migrate();
  });
  afterAll(() => database.close());

  it('is what the entities say: migrations and entities do not drift apart', async () => {
    const difference = await database.orm.schema.getUpdateSchemaSQL({ wrap: false });
    const statements = difference.split('\n').filter((line) => line && !line.startsWith('drop function'));
    expect(statements).toEqual([]);
  });

  it('has nothing pending after migrating, and migrating again does nothing', async () => {
    expect(await database.pendingMigrations()).toEqual([]);
    expect(await database.migrate()).toEqual([]);
  });

  it('MB9 gives the request role no way to content, leases, notices and connections', async () => {
    const person = { id: '01900000-0000-7000-8000-000000000001', platformAdmin: true };
    for (const table of [
      'document_update',
      'document_snapshot',
      'document_version',
      'document_client',
      'node_lease',
      'notice',
      'session_connection',
      'session_participant',
      'deployment',
      'migration',
    ]) {
      await expect(database.asPerson(person, (em) => em.execute(`select * from ${table}`))).rejects.toMatchObject({
        code: '42501',
      });
    }
  });
});
