/** A role is the highest of a grant to the person, a grant to a group of theirs, and the workspace's: every combination. */
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessRoles, atLeast, permissionsOf, type AccessRole } from '../../src/access/roles.ts';
import { decideWriters, standingsInDiagrams } from '../../src/access/standing.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { groupOf } from '../support/groups.ts';
import { newcomer, type TestPerson } from '../support/people.ts';

const GRANTS = [null, ...accessRoles] as const;
const WORKSPACE = { none: null, read_only: 'reader', member: 'writer', admin: 'writer', owner: 'owner' } as const;
type WorkspaceRole = keyof typeof WORKSPACE;

interface Combination {
  own: AccessRole | null;
  group: AccessRole | null;
  workspace: WorkspaceRole;
}

const combinations: Combination[] = GRANTS.flatMap((own) =>
  GRANTS.flatMap((group) =>
    (Object.keys(WORKSPACE) as WorkspaceRole[]).map((workspace) => ({ own, group, workspace })),
  ),
);

const rank = (role: AccessRole | null) => (role === null ? -1 : accessRoles.indexOf(role));
const highest = ({ own, group, workspace }: Combination) =>
  [own, group, WORKSPACE[workspace]].reduce<AccessRole | null>(
    (most, role) => (rank(role) > rank(most) ? role : most),
    null,
  );

let app: TestApp;
let person: TestPerson, boss: TestPerson;

beforeAll(async () => {
  app = await startApp();
  [person, boss] = [await newcomer(app), await newcomer(app)];
});
afterAll(() => app.stop());

/** A threat model in which the person has exactly these. */
async function modelWith({ own, group, workspace }: Combination, belongs: 'member' | 'owner'): Promise<string> {
  const model = uuidv7();
  const team = await groupOf(
    app.database,
    belongs === 'owner' ? person.id : boss.id,
    belongs === 'owner' ? [] : [person.id],
  );
  await app.database.asSystem(async (em) => {
    const home = workspace === 'none' ? null : uuidv7();
    if (home) {
      await em.execute(`insert into workspace (id, name) values (?, 'w')`, [home]);
      await em.execute('insert into workspace_member (workspace_id, profile_id, role) values (?, ?, ?)', [
        home,
        person.id,
        workspace,
      ]);
    }
    await em.execute(`insert into threat_model (id, name, owner_id, workspace_id) values (?, 'm', ?, ?)`, [
      model,
      boss.id,
      home,
    ]);
    const grant = (profile: string | null, to: string | null, role: string) =>
      em.execute(
        'insert into threat_model_grant (id, threat_model_id, profile_id, group_id, role) values (?, ?, ?, ?, ?)',
        [uuidv7(), model, profile, to, role],
      );
    if (own) await grant(person.id, null, own);
    if (group) await grant(null, team.id, group);
  });
  return model;
}

describe.each(['member', 'owner'] as const)('AC1 as %s of the group', (belongs) => {
  it('the role is the highest, in each of the 80 combinations, in the list as for each alone', async () => {
    const expected = new Map<string, AccessRole>();
    for (const combination of combinations) {
      const model = await modelWith(combination, belongs);
      const role = highest(combination);
      if (role) expected.set(model, role);
      else expect((await person.call('GET', `/threat_models/${model}`)).status).toBe(403);
    }
    const { data } = (await person.call('GET', '/threat_models?limit=100')).body as {
      data: { id: string; role: AccessRole }[];
    };
    const mine = new Map(data.map(({ id, role }) => [id, role]));
    for (const [model, role] of expected) {
      expect(mine.get(model)).toBe(role);
      expect((await person.call('GET', `/threat_models/${model}`)).body.role).toBe(role);
    }
    expect(expected.size).toBe(79);
  });
});

it('AC1 AC3 what is asked of many people and diagrams is answered in the order of the questions', async () => {
  const questions: { diagram: string; person: string; own: AccessRole | null | undefined }[] = [];
  for (const own of ['writer', null, 'owner', 'reader'] as const) {
    const model = await modelWith({ own, group: null, workspace: 'none' }, 'member');
    const diagram = uuidv7();
    await app.database.log.query(`insert into diagram (id, threat_model_id, name) values ($1, $2, 'd')`, [
      diagram,
      model,
    ]);
    questions.push({ diagram, person: person.id, own });
  }
  const nothing = { diagram: uuidv7(), person: person.id, own: undefined };
  const turned = questions.toReversed();
  for (const asked of [[nothing, ...questions], turned.toSpliced(2, 0, nothing)]) {
    const decided = await decideWriters(app.database.queries(), asked);
    expect(decided.map((decision) => decision?.mayWrite)).toEqual(
      asked.map(({ own }) => (own === undefined ? undefined : own === 'writer' || own === 'owner')),
    );
    const standings = await standingsInDiagrams(app.database.queries(), asked);
    expect(standings.map(({ role }) => role)).toEqual(asked.map(({ own }) => own ?? null));
  }
});

describe('AC1 roles as values', () => {
  it('are in order: reader, writer, owner; nobody has less than any', () => {
    for (const [higher, role] of accessRoles.entries()) {
      for (const [lower, least] of accessRoles.entries()) expect(atLeast(role, least)).toBe(higher >= lower);
      expect(atLeast(null, role)).toBe(false);
    }
  });

  it('mean reading or writing in a session; no role means neither', () => {
    expect([null, ...accessRoles].map((role) => permissionsOf(role))).toEqual([null, 'reader', 'writer', 'writer']);
  });
});
