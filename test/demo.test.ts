/** What `dev` puts into an empty installation, also where an earlier start was ended in the middle of it. */
import { afterEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from './support/app.ts';
import { call } from './support/client.ts';
import { freshDatabaseUrl } from './support/database.ts';

let app: TestApp | null = null;
afterEach(async () => {
  await app?.stop();
  app = null;
});

async function started(database: string): Promise<TestApp> {
  await app?.stop();
  app = await startApp({ environment: { DATABASE_URL: database } });
  return app;
}

async function asAda(method: string, path: string): Promise<any> {
  const { token } = (await call(app!.url, 'POST', '/dev/login', { body: { email: 'ada@example.com' } })).body;
  return (await call(app!.url, method, path, { headers: { authorization: `Bearer ${token}` } })).body;
}

/** Every threat model of Ada's as a newcomer finds it: its name, the roles in it, and of each diagram the labels in it. */
async function found(): Promise<unknown> {
  const models = (await asAda('GET', '/threat_models')).data;
  return Promise.all(
    models.map(async ({ id, name }: { id: string; name: string }) => {
      const diagrams = (await asAda('GET', `/threat_models/${id}/diagrams`)).data;
      const contents = diagrams.map((diagram: any) =>
        asAda('GET', `/threat_models/${id}/diagrams/${diagram.id}/content`),
      );
      const labels = (await Promise.all(contents)).map(({ cells }) => cells.map(({ label }: any) => label));
      const grants = await asAda('GET', `/threat_models/${id}/authorization`);
      return [name, grants.map(({ role }: { role: string }) => role).sort(), ...labels];
    }),
  );
}

const DEMO = ['Demo threat model', ['owner', 'reader', 'writer'], ['Customer', 'Checkout', 'Orders', 'order', 'save']];

describe('RU3 the demo', () => {
  it.each([
    ['before anything but the people', 'delete from threat_model'],
    ['before the others were let in', `delete from diagram; delete from threat_model_grant where role <> 'owner'`],
    ['before the diagram', 'delete from diagram'],
    ['before what is in it', 'delete from document_update; update diagram set head = 0'],
  ])('is finished by the next start, if one ended %s', async (_, undone) => {
    const database = await freshDatabaseUrl();
    const { database: opened } = await started(database);
    expect(await found()).toEqual([DEMO]);
    for (const statement of undone.split('; ')) await opened.log.query(statement);
    await started(database);
    expect(await found()).toEqual([DEMO]);
  });

  it('is made once: the next start finds that it is done', async () => {
    const database = await freshDatabaseUrl();
    const count = 'select count(*)::int as rows from audit_event';
    const before = await (await started(database)).database.log.query(count);
    expect(await (await started(database)).database.log.query(count)).toEqual(before);
    expect(await found()).toEqual([DEMO]);
  });

  it('is not made again where somebody has removed it', async () => {
    const database = await freshDatabaseUrl();
    await started(database);
    const [model] = (await asAda('GET', '/threat_models')).data;
    await asAda('DELETE', `/threat_models/${model.id}`);
    await started(database);
    expect(await found()).toEqual([]);
  });

  it('is not put where there are people already', async () => {
    const database = await freshDatabaseUrl();
    const { database: opened } = await started(database);
    await call(app!.url, 'POST', '/dev/login', { body: { email: 'ida@firm.example' } });
    await opened.log.query('delete from threat_model');
    await started(database);
    expect(await found()).toEqual([]);
  });
});
