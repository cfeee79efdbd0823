/** `roundtable dev` on its embedded database: one folder, one process at a time, and everything is there again after a restart. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, type TestClient } from './support/client.ts';
import { runCommand, startCommand, type Running } from './support/command-line.ts';

let folder: string;
let node: Running;
const emails = { ida: 'ida@firm.example', joan: 'joan@firm.example' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roundtable-dev-'));
  node = await startCommand(['dev'], { DATA_DIR: folder });
});
afterAll(async () => {
  await node.stop();
  await rm(folder, { recursive: true, force: true });
});

async function signedIn(email: string): Promise<TestClient> {
  const { token } = (await call(node.url, 'POST', '/dev/login', { body: { email } })).body;
  return {
    token,
    email,
    call: (method, path, options) =>
      call(node.url, method, path, { ...options, headers: { authorization: `Bearer ${token}` } }),
  };
}

describe('RU3 the first start', () => {
  it('says on stdout where it listens, on the loopback, and that anybody may sign in', async () => {
    expect(node.url).toMatch(/^http:\/\/localhost:\d+$/);
    expect((await call(node.url, 'GET', '/readyz')).body).toMatchObject({ ready: true });
  });

  it('brings demo people, and a diagram that they share', async () => {
    for (const [email, role] of [
      ['ada@example.com', 'owner'],
      ['grace@example.com', 'writer'],
      ['alan@example.com', 'reader'],
    ] as const) {
      const person = await signedIn(email);
      const { data } = (await person.call('GET', '/threat_models')).body;
      expect(data).toMatchObject([{ role, owner: 'ada@example.com' }]);
      expect((await person.call('GET', `/threat_models/${data[0].id}/diagrams`)).body.data).toHaveLength(1);
    }
  });

  it('keeps its secret to itself', async () => {
    expect((await stat(join(folder, 'jwt-secret'))).mode & 0o077).toBe(0);
  });
});

describe('RU3 a second process', () => {
  it.each([['dev'], ['migrate'], ['doctor']])('on the same folder: `%s` does not touch it', async (command) => {
    const { code, output, errors } = await runCommand([command], { DATA_DIR: folder, PORT: '0' });
    expect([code, (output + errors).includes('in use by another process')]).toEqual([
      command === 'doctor' ? 1 : 78,
      true,
    ]);
    expect((await call(node.url, 'GET', '/readyz')).status).toBe(200);
  });

  it('may print a token that the first one takes', async () => {
    const { code, output } = await runCommand(['token', '--email', emails.ida], { DATA_DIR: folder });
    expect(code).toBe(0);
    expect(
      (await call(node.url, 'GET', '/me', { headers: { authorization: `Bearer ${output.trim()}` } })).body.email,
    ).toBe(emails.ida);
  });
});

describe('RU3 a restart', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'after %s finds people, members and diagrams again, and old tokens hold',
    async (signal) => {
      const [ida, joan] = [await signedIn(emails.ida), await signedIn(emails.joan)];
      const workspace = (await ida.call('POST', '/api/workspaces', { body: { name: `Kept through ${signal}` } })).body
        .id;
      await ida.call('POST', `/api/workspaces/${workspace}/members`, { body: { email: emails.joan, role: 'member' } });
      const model = (await joan.call('POST', '/threat_models', { body: { name: 'Kept', workspace_id: workspace } }))
        .body.id;
      const diagram = (await joan.call('POST', `/threat_models/${model}/diagrams`, { body: { name: 'Kept' } })).body.id;
      const cells = [{ id: 'a', shape: 'process', x: 1, y: 2, width: 3, height: 4, label: 'A', z: 1 }];
      const content = `/threat_models/${model}/diagrams/${diagram}/content`;
      expect((await joan.call('PUT', content, { body: { cells } })).status).toBe(200);
      const me = (await ida.call('GET', '/me')).body;

      const { code } = await node.stop(signal);
      expect(code).toBe(signal === 'SIGTERM' ? 0 : null);
      node = await startCommand(['dev'], { DATA_DIR: folder });

      expect((await ida.call('GET', '/me')).body).toEqual(me);
      const { data } = (await ida.call('GET', `/api/workspaces/${workspace}/members`)).body;
      expect(
        data.map((member: { role: string; profile: { email: string } }) => [member.profile.email, member.role]),
      ).toEqual([
        [emails.ida, 'owner'],
        [emails.joan, 'member'],
      ]);
      expect((await ida.call('GET', content)).body.cells).toEqual(cells);
      expect((await (await signedIn('ada@example.com')).call('GET', '/threat_models')).body.data).toHaveLength(1);
    },
  );
});
