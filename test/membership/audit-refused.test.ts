/** What is refused is in the audit trail too, one row for each attempt of somebody known, with what was sent (MB5). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { audited, withoutAuditOf } from '../support/audit.ts';
import { call } from '../support/client.ts';
import { newcomer, type TestPerson } from '../support/people.ts';
import { auditOf } from '../support/rows.ts';

let app: TestApp;
let owner: TestPerson, member: TestPerson, stranger: TestPerson;
let workspace: string;
let members: string;

beforeAll(async () => {
  app = await startApp();
  [owner, member, stranger] = [await newcomer(app), await newcomer(app), await newcomer(app)];
});
afterAll(() => app.stop());
beforeEach(async () => {
  workspace = (await owner.call('POST', '/api/workspaces', { body: { name: 'Audited' } })).body.id;
  members = `/api/workspaces/${workspace}/members`;
  await owner.call('POST', members, { body: { email: member.email, role: 'member' } });
});

describe('MB5 refused', () => {
  const UNKNOWN = '01900000-0000-7000-8000-000000000000';
  const json = { 'content-type': 'application/json' };

  it.each([
    [
      'invalid',
      () => audited(app, owner, 'POST', members, { body: { email: 'nobody', role: 'boss' } }),
      'nobody',
      'boss',
    ],
    ['invalid', () => audited(app, stranger, 'POST', members, { body: [] }), null, null],
    ['invalid', () => audited(app, owner, 'POST', members, { body: '{"email":', headers: json }), null, null],
    [
      'payload_too_large',
      () =>
        audited(app, owner, 'POST', members, { body: JSON.stringify({ email: 'x'.repeat(300_000) }), headers: json }),
      null,
      null,
    ],
    [
      'unsupported_media_type',
      () => audited(app, owner, 'POST', members, { body: 'email=x', headers: { 'content-type': 'text/plain' } }),
      null,
      null,
    ],
    [
      'forbidden',
      () => audited(app, member, 'POST', members, { body: { email: 'Nobody@Firm.example', role: 'admin' } }),
      'Nobody@Firm.example',
      'admin',
    ],
    [
      'user_not_found',
      () => audited(app, owner, 'POST', members, { body: { email: 'Nobody@Firm.example', role: 'admin' } }),
      'Nobody@Firm.example',
      'admin',
    ],
    [
      'already_member',
      () => audited(app, owner, 'POST', members, { body: { email: owner.email, role: 'member' } }),
      () => owner.email,
      'member',
    ],
    ['member_not_found', () => audited(app, owner, 'DELETE', `${members}/${stranger.id}`), () => stranger.id, null],
    [
      'user_not_found',
      () => audited(app, owner, 'PATCH', `${members}/${UNKNOWN}`, { body: { role: 'admin' } }),
      UNKNOWN,
      'admin',
    ],
    [
      'last_owner',
      () => audited(app, owner, 'PATCH', `${members}/${owner.id}`, { body: { role: 'admin' } }),
      () => owner.id,
      'admin',
    ],
  ] as const)('MB5 %s, with what was sent', async (outcome, attempt, subject, role) => {
    const { row, answered } = await attempt();
    expect(answered.body.code).toBe(outcome);
    const expected = typeof subject === 'function' ? subject() : subject;
    expect(row).toMatchObject({
      container: `workspace:${workspace}`,
      subject: expected,
      role,
      outcome,
      request_id: answered.body.request_id,
    });
    expect([owner.id, member.id, stranger.id]).toContain(row.actor_id);
  });

  it('MB5 what does not exist, under the id that was sent, in one case of letters', async () => {
    const { row } = await audited(app, owner, 'POST', `/api/workspaces/${UNKNOWN.toUpperCase()}/members`, {
      body: { email: member.email, role: 'admin' },
    });
    expect(row).toMatchObject({ container: `workspace:${UNKNOWN}`, outcome: 'not_found' });
  });

  it.each([
    ['workspace.create', 'invalid', () => audited(app, owner, 'POST', '/api/workspaces', { body: {} })],
    [
      'workspace.rename',
      'forbidden',
      () => audited(app, member, 'PATCH', `/api/workspaces/${workspace}`, { body: { name: 'x' } }),
    ],
    ['workspace.delete', 'forbidden', () => audited(app, member, 'DELETE', `/api/workspaces/${workspace}`)],
    [
      'threat_model.create',
      'not_found',
      () => audited(app, owner, 'POST', '/threat_models', { body: { name: 'x', workspace_id: UNKNOWN } }),
    ],
    ['threat_model.delete', 'not_found', () => audited(app, owner, 'DELETE', `/threat_models/${UNKNOWN}`)],
    [
      'threat_model.grants.replace',
      'last_owner',
      async () => {
        const { body } = await owner.call('POST', '/threat_models', { body: { name: 'x' } });
        return audited(app, owner, 'PUT', `/threat_models/${body.id}/authorization`, { body: [] });
      },
    ],
    [
      'diagram.create',
      'not_found',
      () => audited(app, owner, 'POST', `/threat_models/${UNKNOWN}/diagrams`, { body: { name: 'x' } }),
    ],
  ] as const)('MB5 also elsewhere: %s, %s', async (action, outcome, attempt) => {
    expect((await attempt()).row).toMatchObject({ action, outcome });
  });

  it('MB5 with the reason, where the outcome alone does not say what was missing', async () => {
    const { body } = await owner.call('POST', '/threat_models', { body: { name: 'x' } });
    const { row } = await audited(app, owner, 'PUT', `/threat_models/${body.id}/authorization`, {
      body: [
        { subject_type: 'user', subject: owner.email, role: 'owner' },
        { subject_type: 'group', subject: '01ARZ3NDEKTSV4RRFFQ69G5FAV', role: 'reader' },
      ],
    });
    expect(row).toMatchObject({ outcome: 'not_found', details: { reason: 'group' } });
  });

  it('MB5 that cannot be written down is answered as it was, and the log says so', async () => {
    await withoutAuditOf(app, 'forbidden', async () => {
      const { status, body } = await member.call('DELETE', `/api/workspaces/${workspace}`);
      expect([status, body.code]).toEqual([403, 'forbidden']);
      expect(app.log).toContainEqual(
        expect.objectContaining({
          level: 50,
          requestId: body.request_id,
          action: 'workspace.delete',
          outcome: 'forbidden',
          msg: 'a refusal could not be audited',
        }),
      );
    });
  });

  it('MB5 keeps what was sent within bounds, and what PostgreSQL cannot store out', async () => {
    const { row } = await audited(app, owner, 'POST', members, {
      body: { email: `\0${'ż'.repeat(5000)}`, role: '\0' },
    });
    expect([row.subject, row.role, row.outcome]).toEqual(['ż'.repeat(500), '', 'invalid']);
    const address = `/api/workspaces/%00${'x'.repeat(5000)}/members`;
    const on = await audited(app, owner, 'POST', address, { body: { email: member.email, role: 'member' } });
    expect([on.row.container, on.row.outcome]).toEqual([`workspace:${'x'.repeat(490)}`, 'invalid']);
  });
});

describe('not an attempt of anybody', () => {
  it('MB5 without a token there is nobody to write down', async () => {
    const requestId = randomUUID();
    const answered = await call(app.url, 'POST', members, { body: {}, headers: { 'x-request-id': requestId } });
    expect([answered.status, await auditOf(app.database, requestId)]).toEqual([401, []]);
  });

  it('MB5 reading leaves no row', async () => {
    const requestId = randomUUID();
    await owner.call('GET', members, { headers: { 'x-request-id': requestId } });
    expect(await auditOf(app.database, requestId)).toEqual([]);
  });

  it('MB9 nobody reads, changes or forges the trail through the request role', async () => {
    for (const statement of [
      'update audit_event set outcome = null',
      'delete from audit_event',
      `insert into audit_event (id, action, outcome) values (gen_random_uuid(), 'x', 'granted')`,
    ]) {
      await expect(
        app.database.asPerson({ id: owner.id, platformAdmin: true }, (em) => em.execute(statement)),
      ).rejects.toMatchObject({ code: '42501' });
    }
    expect(
      await app.database.asPerson({ id: owner.id, platformAdmin: false }, (em) =>
        em.execute('select from audit_event'),
      ),
    ).toEqual([]);
  });
});
