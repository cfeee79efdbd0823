/**
 * MB9: the database refuses what the application forgot. Two tenants share every table; what one of them asks as the
 * request role, without any check of ours in between, brings nothing of the other's.
 */
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { freshDatabase } from '../support/database.ts';
import { rowCounts, tableNames } from '../support/rows.ts';
import { as, CLOSED, fill, id, OTHERS, TENANTS } from './two-tenants.ts';

describe.each(['postgresql', 'embedded'] as const)('MB9 on %s', (kind) => {
  let database: Database;

  beforeAll(async () => {
    database = kind === 'postgresql' ? await freshDatabase() : await openDatabase({ directory: null });
    await database.migrate();
    await fill(database);
  });
  afterAll(() => database.close());

  const select = (person: { id: string; platformAdmin: boolean }, table: string) =>
    database.asPerson(person, (em) => em.execute<unknown[]>(`select * from ${table}`));
  /** The rows that a statement with `returning` touches; `null` if it is refused. */
  const touched = async (person: { id: string; platformAdmin: boolean }, statement: string, values: unknown[] = []) => {
    try {
      return (await database.asPerson(person, (em) => em.execute<unknown[]>(statement, values))).length;
    } catch (error) {
      expect(error).toMatchObject({ code: '42501' });
      return null;
    }
  };

  it('every table is placed: tenants, closed or neither', async () => {
    expect([...TENANTS, ...CLOSED, ...OTHERS].sort()).toEqual(await tableNames(database));
    const counts = await rowCounts(database);
    expect(Object.entries(counts).filter(([, rows]) => rows === 0)).toEqual([]);
  });

  it('every table has row level security switched on', async () => {
    const rows = await database.log.query<{ relname: string }>(
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and not relrowsecurity and relname <> 'migration'`,
    );
    expect(rows).toEqual([]);
  });

  it.each(TENANTS)('%s: its people see rows, another tenant sees none', async (table) => {
    expect((await select(as(id.ada), table)).length).toBeGreaterThan(0);
    expect((await select(as(id.carl), table)).length).toBeGreaterThan(0);
    expect(await select(as(id.bob), table)).toEqual([]);
  });

  it.each(CLOSED)('%s: nobody can read it', async (table) => {
    for (const person of [as(id.ada), as(id.root, true)])
      await expect(select(person, table)).rejects.toMatchObject({ code: '42501' });
  });

  it('without a person, or with one that does not exist, there is nothing at all', async () => {
    for (const person of ['', uuidv7()])
      for (const table of TENANTS) expect(await select(as(person), table)).toEqual([]);
  });

  it('a platform administrator sees conversations, their participants and the trail, and no more', async () => {
    const seen: string[] = [];
    for (const table of [...TENANTS, 'audit_event'])
      if ((await select(as(id.root, true), table)).length > 0) seen.push(table);
    expect(seen).toEqual(['conversation', 'conversation_participant', 'audit_event']);
    expect(await select(as(id.ada), 'audit_event')).toEqual([]);
  });

  it('another tenant changes and deletes nothing', async () => {
    const before = await rowCounts(database);
    for (const [table, column] of [
      ['workspace', 'name'],
      ['workspace_member', 'role'],
      ['user_group', 'name'],
      ['conversation', 'title'],
      ['conversation_participant', 'role'],
      ['threat_model', 'name'],
      ['diagram', 'name'],
      ['message', 'body'],
      ['threat_model_grant', 'role'],
      ['group_member', 'profile_id'],
      ['profile', 'email'],
      ['collaboration_session', 'revision'],
    ] as const) {
      expect([0, null]).toContain(await touched(as(id.bob), `update ${table} set ${column} = ${column} returning 1`));
      expect([0, null]).toContain(await touched(as(id.bob), `delete from ${table} returning 1`));
    }
    expect(await rowCounts(database)).toEqual(before);
  });

  it('another tenant adds nothing to what is not theirs', async () => {
    const before = await rowCounts(database);
    for (const [statement, values] of [
      [`insert into workspace_member (workspace_id, profile_id, role) values (?, ?, 'owner')`, [id.workspace, id.bob]],
      ['insert into group_member (group_id, profile_id) values (?, ?)', [id.group, id.bob]],
      [`insert into user_group (id, name, owner_id) values (?, 'g', ?)`, [uuidv7(), id.ada]],
      [
        `insert into threat_model_grant (id, threat_model_id, profile_id, role) values (?, ?, ?, 'owner')`,
        [uuidv7(), id.model, id.bob],
      ],
      [`insert into diagram (id, threat_model_id, name) values (?, ?, 'x')`, [uuidv7(), id.model]],
      [`insert into conversation_participant (conversation_id, profile_id, role) values (1, ?, 'admin')`, [id.bob]],
      [`insert into message (conversation_id, author_id, body) values (1, ?, 'x')`, [id.bob]],
      [`insert into profile (id, issuer, subject, email, username) values (?, '', 'x', 'x', 'x')`, [uuidv7()]],
    ] as const) {
      expect(await touched(as(id.bob), statement, [...values])).toBeNull();
    }
    expect(await rowCounts(database)).toEqual(before);
  });

  it('a threat model is made in a workspace by its people only, not by those who may only read', async () => {
    const made = (person: string, workspace: string | null) =>
      touched(as(person), `select create_threat_model(?, ?, 'x', null, ?)`, [uuidv7(), uuidv7(), workspace]);
    const before = await rowCounts(database);
    for (const person of [id.bob, id.carl]) expect(await made(person, id.workspace)).toBeNull();
    expect(await rowCounts(database)).toEqual(before);
    for (const [person, workspace] of [
      [id.ada, id.workspace],
      [id.root, null],
    ] as const)
      expect(await made(person, workspace)).toBe(1);
  });

  it('whoever may only read changes nothing, not even what they see', async () => {
    const carl = as(id.carl);
    expect(await touched(carl, `update workspace set name = 'x' returning 1`)).toBe(0);
    expect(await touched(carl, `update threat_model set name = 'x' returning 1`)).toBe(0);
    expect(await touched(carl, `update diagram set name = 'x' returning 1`)).toBe(0);
    expect(await touched(carl, `update conversation set title = 'x' returning 1`)).toBe(0);
    expect(await touched(carl, `update user_group set owner_id = ? returning 1`, [id.carl])).toBe(0);
    expect(
      await touched(carl, `insert into workspace_member (workspace_id, profile_id, role) values (?, ?, 'member')`, [
        id.workspace,
        id.bob,
      ]),
    ).toBeNull();
    expect(
      await touched(carl, 'insert into message (conversation_id, author_id, body) values (1, ?, ?)', [
        id.ada,
        'forged',
      ]),
    ).toBeNull();
  });

  it('MB2 an admin makes nobody an owner and touches none', async () => {
    await database.log.query(`update workspace_member set role = 'admin' where profile_id = $1`, [id.carl]);
    const carl = as(id.carl);
    expect(
      await touched(carl, `insert into workspace_member (workspace_id, profile_id, role) values (?, ?, 'owner')`, [
        id.workspace,
        id.bob,
      ]),
    ).toBeNull();
    expect(
      await touched(carl, `update workspace_member set role = 'owner' where profile_id = ? returning 1`, [id.carl]),
    ).toBeNull();
    expect(
      await touched(carl, `update workspace_member set role = 'member' where profile_id = ? returning 1`, [id.ada]),
    ).toBe(0);
    expect(await touched(carl, 'delete from workspace_member where profile_id = ? returning 1', [id.ada])).toBe(0);
    await database.log.query(`update workspace_member set role = 'read_only' where profile_id = $1`, [id.carl]);
  });

  it('role and person are gone with the transaction, also after one that fails', async () => {
    await expect(database.asPerson(as(id.ada), (em) => em.execute('select 1 / 0'))).rejects.toThrow();
    const state = await database.asSystem((em) =>
      em.execute(
        `select current_user = 'roundtable_request' as request, coalesce(current_setting('roundtable.person', true), '') as person`,
      ),
    );
    expect(state).toEqual([{ request: false, person: '' }]);
  });

  it('two people at once each see their own', async () => {
    const counts = await Promise.all(
      Array.from({ length: 20 }, (_, index) => select(as(index % 2 ? id.ada : id.bob), 'diagram')),
    );
    expect(counts.map((rows) => rows.length)).toEqual(counts.map((_, index) => index % 2));
  });
});
