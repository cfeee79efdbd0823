/** Each attempt to invite is one structured log line that operators of the workspaces API know, however it came out. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { call } from '../support/client.ts';
import { newcomer, type TestPerson } from '../support/people.ts';

let app: TestApp;
let owner: TestPerson, invitee: TestPerson;
let workspace: string;
let path: string;

beforeAll(async () => {
  app = await startApp();
  [owner, invitee] = [await newcomer(app), await newcomer(app)];
  workspace = (await owner.call('POST', '/api/workspaces', { body: { name: 'Log' } })).body.id;
  path = `/api/workspaces/${workspace}/members`;
});
afterAll(() => app.stop());

/** The lines of invitations that appear while something is done. */
async function linesDuring(work: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
  const before = app.log.length;
  await work();
  const lines = app.log
    .slice(before)
    .filter((line) => String(line.msg).startsWith('POST /api/workspaces/:workspace_id/members'));
  return lines.map(({ level: _level, time: _time, ...rest }) => rest);
}

const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

it('CO4 says Sukces with workspace, person, role and who invited', async () => {
  const lines = await linesDuring(() => owner.call('POST', path, { body: { email: invitee.email, role: 'admin' } }));
  expect(lines).toEqual([
    {
      msg: 'POST /api/workspaces/:workspace_id/members - Sukces',
      workspaceId: workspace,
      invitedUserId: invitee.id,
      role: 'admin',
      invitedByUserId: owner.id,
      timestamp,
    },
  ]);
});

it.each([
  ['already_member', "Użytkownik jest już członkiem tego workspace'u", () => ({ email: invitee.email, role: 'admin' })],
  ['user_not_found', 'Użytkownik nie został znaleziony', () => ({ email: 'Nobody@Firm.Example', role: 'admin' })],
  ['invalid', 'Błąd walidacji', () => ({ email: 'not an email', role: 'admin' })],
] as const)(
  'CO4 says Błąd with the email as it was sent, the kind and the sentence: %s',
  async (errorType, error, sent) => {
    const body = sent();
    const lines = await linesDuring(() => owner.call('POST', path, { body }));
    expect(lines).toEqual([
      {
        msg: 'POST /api/workspaces/:workspace_id/members - Błąd',
        workspaceId: workspace,
        inviteeEmail: body.email,
        currentUserId: owner.id,
        errorType,
        error,
        timestamp,
      },
    ]);
  },
);

it('CO4 holds no more of what was sent than an email can be long', async () => {
  for (const [email, logged] of [
    ['x'.repeat(100_000), 'x'.repeat(500)],
    [{ not: 'an email' }, null],
  ]) {
    const [line] = await linesDuring(() => owner.call('POST', path, { body: { email, role: 'member' } }));
    expect(line).toMatchObject({ errorType: 'invalid', inviteeEmail: logged });
  }
});

it('CO4 says Błąd for somebody without the right, and for nobody at all', async () => {
  const stranger = await newcomer(app);
  const body = { email: invitee.email, role: 'member' };
  const [refused] = await linesDuring(() => stranger.call('POST', path, { body }));
  expect(refused).toMatchObject({
    errorType: 'forbidden',
    error: 'Brak uprawnień do zaproszenia członka',
    currentUserId: stranger.id,
  });
  const [unknown] = await linesDuring(() => call(app.url, 'POST', path, { body }));
  expect(unknown).toMatchObject({ errorType: 'unauthenticated', error: 'Brak autoryzacji', currentUserId: null });
});

it('CO4 says Błąd for what is no JSON, and for what is too large', async () => {
  const headers = { 'content-type': 'application/json' };
  for (const [errorType, body] of [
    ['invalid', '{'],
    ['payload_too_large', JSON.stringify({ email: 'x'.repeat(300_000) })],
  ] as const) {
    const lines = await linesDuring(() => owner.call('POST', path, { headers, body }));
    expect(lines).toMatchObject([{ errorType, inviteeEmail: null, currentUserId: owner.id }]);
  }
});

it('CO4 is silent about everything else', async () => {
  expect(await linesDuring(() => owner.call('GET', path))).toEqual([]);
  expect(await linesDuring(() => owner.call('DELETE', `${path}/${invitee.id}`))).toEqual([]);
});
