/** What is granted is in the audit trail, in the transaction of the change itself (MB5). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { audited, withoutAuditOf } from '../support/audit.ts';
import { newcomer, type TestPerson } from '../support/people.ts';

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

describe('granted', () => {
  it('MB5 an addition: who, what, on what, whom as it was sent without blanks around it, role', async () => {
    const email = stranger.email.toUpperCase();
    const body = { email: `${' '.repeat(500)}${email} `, role: 'admin' };
    const { row, answered } = await audited(app, owner, 'POST', members, { body });
    expect(answered.status).toBe(201);
    expect(row).toMatchObject({
      actor_id: owner.id,
      action: 'workspace.member.add',
      container: `workspace:${workspace}`,
      subject: email,
      role: 'admin',
      outcome: 'granted',
    });
  });

  it('MB5 a change of role', async () => {
    const { row } = await audited(app, owner, 'PATCH', `${members}/${member.id}`, { body: { role: 'read_only' } });
    expect(row).toMatchObject({
      actor_id: owner.id,
      action: 'workspace.member.change',
      container: `workspace:${workspace}`,
      subject: member.id,
      role: 'read_only',
      outcome: 'granted',
    });
  });

  it('MB5 a removal, with the role that is lost', async () => {
    const { row } = await audited(app, member, 'DELETE', `${members}/${member.id}`);
    expect(row).toMatchObject({
      actor_id: member.id,
      action: 'workspace.member.remove',
      container: `workspace:${workspace}`,
      subject: member.id,
      role: 'member',
      outcome: 'granted',
    });
  });

  it('MB5 a new list of grants, and what it says', async () => {
    const { body: model } = await owner.call('POST', '/threat_models', { body: { name: 'Audited' } });
    const body = [
      { subject_type: 'user', subject: owner.email, role: 'owner' },
      { subject_type: 'user', subject: member.email, role: 'reader' },
    ];
    const { row } = await audited(app, owner, 'PUT', `/threat_models/${model.id}/authorization`, { body });
    expect(row).toMatchObject({
      actor_id: owner.id,
      action: 'threat_model.grants.replace',
      container: `threat_model:${model.id}`,
      outcome: 'granted',
    });
    expect(JSON.stringify(row.details)).toContain(member.email);
  });

  it('MB5 a new name of a container: who, what, on what', async () => {
    const { row } = await audited(app, owner, 'PATCH', `/api/workspaces/${workspace}`, { body: { name: 'Renamed' } });
    expect(row).toMatchObject({
      actor_id: owner.id,
      action: 'workspace.rename',
      container: `workspace:${workspace}`,
      outcome: 'granted',
    });
  });

  it('MB5 is written in the transaction of the change', async () => {
    const { row } = await audited(app, owner, 'POST', members, { body: { email: stranger.email, role: 'member' } });
    const [transactions] = await app.database.asSystem((em) =>
      em.execute<[{ change: string; audit: string }]>(
        `select (select xmin::text from workspace_member where workspace_id = ? and profile_id = ?) as change,
           (select xmin::text from audit_event where request_id = ?) as audit`,
        [workspace, stranger.id, row.request_id],
      ),
    );
    expect(transactions.audit).toBe(transactions.change);
  });

  it('MB5 nothing is granted that cannot be written down', async () => {
    await withoutAuditOf(app, 'granted', async () => {
      const { row, answered } = await audited(app, owner, 'POST', members, {
        body: { email: stranger.email, role: 'member' },
      });
      expect([answered.status, row.outcome]).toEqual([500, 'internal']);
      expect((await owner.call('GET', members)).body.data).toHaveLength(2);
    });
  });
});
