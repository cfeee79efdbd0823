/** Somebody makes something where their access is being taken away: they wait for it, and are decided about after it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/patience.ts';
import { newcomer } from '../support/people.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

/** Takes away what somebody was granted in a threat model. */
const REMOVAL = `with locked as materialized (select lock_container('threat_model', $1::text))
  delete from threat_model_grant where threat_model_id = $1::text::uuid and profile_id = $2 and exists (select from locked)`;

/** Runs `work` up to where it waits for what `change` has locked and not committed. */
async function during<T>(change: string, values: readonly unknown[], work: () => Promise<T>): Promise<T> {
  const { log, content } = app.database;
  let working: Promise<T>;
  await content.transaction(async ({ query }) => {
    await query(change, values);
    working = work();
    const waits = `select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()`;
    await eventually(async () => expect(await log.query(waits)).toHaveLength(1));
  });
  return working!;
}

it('AC1 a threat model is not made in a workspace by somebody who is being removed from it', async () => {
  const [owner, member] = [await newcomer(app), await newcomer(app)];
  const { body: workspace } = await owner.call('POST', '/api/workspaces', { body: { name: 'Left' } });
  await owner.call('POST', `/api/workspaces/${workspace.id}/members`, { body: { email: member.email, role: 'admin' } });
  const removal = `with locked as materialized (select lock_container('workspace', $1))
    delete from workspace_member where profile_id = $2 and exists (select from locked)`;
  const made = await during(removal, [workspace.id, member.id], () =>
    member.call('POST', '/threat_models', { body: { name: 'Late', workspace_id: workspace.id } }),
  );
  expect(made).toMatchObject({ status: 403, body: { code: 'forbidden' } });
});

it('AC1 a threat model and its diagrams are not renamed by somebody whose role is being taken away', async () => {
  const [owner, guest] = [await newcomer(app), await newcomer(app)];
  const { body: model } = await owner.call('POST', '/threat_models', { body: { name: 'Held' } });
  const place = `/threat_models/${model.id}`;
  const { body: diagram } = await owner.call('POST', `${place}/diagrams`, { body: { name: 'Held' } });
  const grants = [owner, guest].map(({ email }) => ({ subject_type: 'user', subject: email, role: 'owner' }));
  for (const renamed of [place, `${place}/diagrams/${diagram.id}`]) {
    await owner.call('PUT', `${place}/authorization`, { body: grants });
    const change = await during(REMOVAL, [model.id, guest.id], () =>
      guest.call('PATCH', renamed, { body: { name: 'Late' } }),
    );
    expect(change).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await owner.call('GET', renamed)).body.name).toBe('Held');
  }
});

it('AC1 MB3 grants are not replaced by somebody who is an owner no longer', async () => {
  const [owner, guest] = [await newcomer(app), await newcomer(app)];
  const { body: model } = await owner.call('POST', '/threat_models', { body: { name: 'Held' } });
  const path = `/threat_models/${model.id}/authorization`;
  const [mine, theirs] = [owner, guest].map(({ email }) => ({ subject_type: 'user', subject: email, role: 'owner' }));
  await owner.call('PUT', path, { body: [mine, theirs] });
  const replaced = await during(REMOVAL, [model.id, guest.id], () => guest.call('PUT', path, { body: [theirs] }));
  expect(replaced).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  expect((await owner.call('GET', path)).body).toEqual([mine]);
});

it('CS12 a session is not opened by somebody whose role is being taken away', async () => {
  const [owner, guest] = [await newcomer(app), await newcomer(app)];
  const { body: model } = await owner.call('POST', '/threat_models', { body: { name: 'Held' } });
  const place = `/threat_models/${model.id}`;
  const { body: diagram } = await owner.call('POST', `${place}/diagrams`, { body: { name: 'Held' } });
  const grants = [owner, guest].map(({ email }) => ({ subject_type: 'user', subject: email, role: 'owner' }));
  await owner.call('PUT', `${place}/authorization`, { body: grants });
  const opened = await during(REMOVAL, [model.id, guest.id], () =>
    guest.call('POST', `${place}/diagrams/${diagram.id}/collaborate`),
  );
  expect(opened).toMatchObject({ status: 401, body: { code: 'forbidden' } });
});

it('AC1 what is being deleted is deleted once, and nothing is made about it: 404', async () => {
  const owner = await newcomer(app);
  const { body: model } = await owner.call('POST', '/threat_models', { body: { name: 'Held' } });
  const made = () => owner.call('POST', `/threat_models/${model.id}/diagrams`, { body: { name: 'Going' } });
  const deletion = `with locked as materialized (select lock_container('threat_model', $1::text))
    delete from diagram where threat_model_id = $1::text::uuid and exists (select from locked)`;
  const { body: first } = await made();
  const deleted = await during(deletion, [model.id], () =>
    owner.call('DELETE', `/threat_models/${model.id}/diagrams/${first.id}`),
  );
  const { body: second } = await made();
  const about = await during(deletion, [model.id], () =>
    owner.call('POST', '/v1/messaging/conversations', { body: { title: 'About it', diagram_id: second.id } }),
  );
  for (const late of [deleted, about])
    expect(late).toMatchObject({ status: 404, body: { code: 'not_found', message: 'The diagram was not found' } });
});
