/** What happens at the same moment, for real: many connections, one PostgreSQL (MB1, MB3). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { clientOf } from '../support/client.ts';
import { newcomer, type TestPerson } from '../support/people.ts';

let app: TestApp;
let first: TestPerson, second: TestPerson;

beforeAll(async () => {
  app = await startApp();
  [first, second] = [await newcomer(app), await newcomer(app)];
});
afterAll(() => app.stop());

const ROUNDS = 20;

async function repeated(round: () => Promise<void>): Promise<void> {
  for (let count = 0; count < ROUNDS; count += 1) await round();
}

/** A workspace that both own. */
async function shared(): Promise<string> {
  const { body } = await first.call('POST', '/api/workspaces', { body: { name: 'Ours' } });
  const members = `/api/workspaces/${body.id}/members`;
  await first.call('POST', members, { body: { email: second.email, role: 'owner' } });
  return members;
}

async function owners(members: string): Promise<string[]> {
  const [, , , workspace] = members.split('/');
  const rows = await app.database.asSystem((em) =>
    em.execute<{ profile_id: string }[]>(
      `select profile_id from workspace_member where workspace_id = ? and role = 'owner'`,
      [workspace],
    ),
  );
  return rows.map((row) => row.profile_id);
}

describe('identical additions', () => {
  it('MB1 of fifty at once exactly one is 201, the others are 409, and there is one row', async () => {
    const someone = await newcomer(app);
    const members = await shared();
    const body = { email: someone.email, role: 'member' };
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (index % 2 ? first : second).call('POST', members, { body })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(49);
    const { data } = (await first.call('GET', members)).body;
    expect(data.filter((member: { user_id: string }) => member.user_id === someone.id)).toHaveLength(1);
  });

  it('MB5 each of the fifty left one audit row, one of them granted', async () => {
    const someone = await newcomer(app);
    const members = await shared();
    const body = { email: someone.email, role: 'member' };
    await Promise.all(Array.from({ length: 50 }, () => first.call('POST', members, { body })));
    const rows = await app.database.asSystem((em) =>
      em.execute<{ outcome: string; rows: string }[]>(
        'select outcome, count(*) as rows from audit_event where subject = ? group by outcome order by outcome',
        [someone.email],
      ),
    );
    expect(rows.map(({ outcome, rows: count }) => [outcome, Number(count)])).toEqual([
      ['already_member', 49],
      ['granted', 1],
    ]);
  });

  it('MB1 ID3 fifty first calls of one new person make one profile', async () => {
    const { call } = clientOf(app.url, 'fifty@firm.example');
    const answers = await Promise.all(Array.from({ length: 50 }, () => call('GET', '/me')));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });
});

describe('two owners against each other', () => {
  it('MB3 each removes the other: one stays, twenty times', () =>
    repeated(async () => {
      const members = await shared();
      const answers = await Promise.all([
        first.call('DELETE', `${members}/${second.id}`),
        second.call('DELETE', `${members}/${first.id}`),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 403]);
      expect(await owners(members)).toHaveLength(1);
    }));

  it('MB3 each leaves: one has to stay, twenty times', () =>
    repeated(async () => {
      const members = await shared();
      const answers = await Promise.all([
        first.call('DELETE', `${members}/${first.id}`),
        second.call('PATCH', `${members}/${second.id}`, { body: { role: 'member' } }),
      ]);
      expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
      expect(answers.find(({ status }) => status >= 300)).toMatchObject({ status: 409, body: { code: 'last_owner' } });
      expect(await owners(members)).toHaveLength(1);
    }));

  it('MB3 each takes a threat model for themselves: one owner stays, twenty times', () =>
    repeated(async () => {
      const { body: model } = await first.call('POST', '/threat_models', { body: { name: 'Ours' } });
      const path = `/threat_models/${model.id}/authorization`;
      const entry = (person: TestPerson) => ({ subject_type: 'user', subject: person.email, role: 'owner' });
      expect((await first.call('PUT', path, { body: [entry(first), entry(second)] })).status).toBe(200);
      const answers = await Promise.all([
        first.call('PUT', path, { body: [entry(first)] }),
        second.call('PUT', path, { body: [entry(second)] }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
      const granted = answers.find(({ status }) => status === 200)!.body;
      const rows = await app.database.asSystem((em) =>
        em.execute(
          'select p.email from threat_model_grant g join profile p on p.id = g.profile_id where g.threat_model_id = ?',
          [model.id],
        ),
      );
      expect(rows).toEqual([{ email: granted[0].subject }]);
    }));
});
