/** AC3: whoever changes anybody's access raises, in the same transaction, the access epoch of every diagram it reaches, and tells the nodes. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { newcomer, type TestPerson } from '../support/people.ts';

let app: TestApp;
let owner: TestPerson, other: TestPerson;
let workspace: string;
let inside: string;
let outside: string;

beforeAll(async () => {
  app = await startApp();
  [owner, other] = [await newcomer(app), await newcomer(app)];
});
afterAll(() => app.stop());

async function diagramIn(workspaceId: string | null): Promise<{ model: string; diagram: string }> {
  const model = (await owner.call('POST', '/threat_models', { body: { name: 'm', workspace_id: workspaceId } })).body
    .id;
  const diagram = (await owner.call('POST', `/threat_models/${model}/diagrams`, { body: { name: 'd' } })).body.id;
  return { model, diagram };
}

beforeEach(async () => {
  workspace = (await owner.call('POST', '/api/workspaces', { body: { name: 'w' } })).body.id;
  inside = (await diagramIn(workspace)).diagram;
  outside = (await diagramIn(null)).diagram;
});

async function epochs(): Promise<{ inside: number; outside: number }> {
  const rows = await app.database.asSystem((em) =>
    em.execute<{ id: string; access_epoch: string }[]>('select id, access_epoch from diagram where id in (?, ?)', [
      inside,
      outside,
    ]),
  );
  const of = (id: string) => Number(rows.find((row) => row.id === id)!.access_epoch);
  return { inside: of(inside), outside: of(outside) };
}

/** By how much the epochs grew while something was done. */
async function raised(
  work: () => Promise<{ status: number }>,
): Promise<{ status: number; inside: number; outside: number }> {
  const before = await epochs();
  const { status } = await work();
  const after = await epochs();
  return { status, inside: after.inside - before.inside, outside: after.outside - before.outside };
}

describe('the roster of a workspace', () => {
  const members = () => `/api/workspaces/${workspace}/members`;

  it('AC3 raises it with every addition, change and removal, and nowhere else', async () => {
    const body = { email: other.email, role: 'member' };
    expect(await raised(() => owner.call('POST', members(), { body }))).toEqual({ status: 201, inside: 1, outside: 0 });
    expect(
      await raised(() => owner.call('PATCH', `${members()}/${other.id}`, { body: { role: 'read_only' } })),
    ).toEqual({ status: 200, inside: 1, outside: 0 });
    expect(await raised(() => owner.call('DELETE', `${members()}/${other.id}`))).toEqual({
      status: 204,
      inside: 1,
      outside: 0,
    });
  });

  it('AC3 does not with what is refused or changes no access', async () => {
    expect(await raised(() => other.call('POST', members(), { body: { email: other.email, role: 'member' } }))).toEqual(
      { status: 403, inside: 0, outside: 0 },
    );
    expect(await raised(() => owner.call('PATCH', `/api/workspaces/${workspace}`, { body: { name: 'x' } }))).toEqual({
      status: 200,
      inside: 0,
      outside: 0,
    });
  });
});

describe('grants', () => {
  it('AC3 raise it for every diagram of their threat model, and nowhere else', async () => {
    const { model, diagram } = await diagramIn(null);
    inside = diagram;
    const second = (await owner.call('POST', `/threat_models/${model}/diagrams`, { body: { name: 'e' } })).body.id;
    const body = [
      { subject_type: 'user', subject: owner.email, role: 'owner' },
      { subject_type: 'user', subject: other.email, role: 'reader' },
    ];
    const path = `/threat_models/${model}/authorization`;
    expect(await raised(() => owner.call('PUT', path, { body }))).toEqual({ status: 200, inside: 1, outside: 0 });
    inside = second;
    expect(await raised(() => owner.call('PUT', path, { body }))).toEqual({ status: 200, inside: 1, outside: 0 });
    expect(await raised(() => owner.call('PUT', path, { body: [] }))).toEqual({ status: 409, inside: 0, outside: 0 });
  });
});
