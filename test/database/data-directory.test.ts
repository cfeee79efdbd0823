/** The token secret of a folder, which is made at the first start. */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keptSecret } from '../../src/database/data-directory.ts';

/** What a write waits for when its file is there and still empty, and whether the folder takes no links. */
const halfway = vi.hoisted(() => ({ passed: async () => {}, linkless: false }));
vi.mock(import('node:fs/promises'), async (original) => {
  const real = await original();
  const writeInSteps = async (path: string, data: string, options?: object) => {
    await real.writeFile(path, '', options);
    await halfway.passed();
    await real.writeFile(path, data, { ...options, flag: 'r+' });
  };
  const linkIfItCan: typeof real.link = async (...paths) => {
    if (halfway.linkless) throw Object.assign(new Error('no links here'), { code: 'EPERM' });
    await real.link(...paths);
  };
  return { ...real, link: linkIfItCan, writeFile: writeInSteps as typeof real.writeFile };
});

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'roundtable-secret-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

it('RU3 all that start at once have the same secret, and so has whoever comes later', async () => {
  const secrets = await Promise.all(Array.from({ length: 20 }, () => keptSecret(folder)));
  expect(new Set([...secrets, await keptSecret(folder)]).size).toBe(1);
  expect(secrets[0]).toMatch(/^[\w-]{64}$/);
  expect(await readdir(folder)).toEqual(['jwt-secret']);
});

it('RU3 whoever comes while another one is just writing it does not take what is not there yet', async () => {
  const [begun, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  halfway.passed = () => (begun.resolve(), go.promise);
  const first = keptSecret(folder);
  await begun.promise;
  halfway.passed = async () => {};
  const second = await keptSecret(folder);
  go.resolve();
  expect(second).toHaveLength(64);
  expect(await first).toBe(second);
});

it('RU3 a folder without links keeps its secret too', async () => {
  halfway.linkless = true;
  const secret = await keptSecret(folder);
  expect(secret).toHaveLength(64);
  expect(await keptSecret(folder)).toBe(secret);
  expect(await readdir(folder)).toEqual(['jwt-secret']);
  halfway.linkless = false;
});

it('RU3 nobody else on the machine may read it, nor look into the folder that was made for it', async () => {
  const made = join(folder, 'new');
  await keptSecret(made);
  const modes = await Promise.all(
    [made, join(made, 'jwt-secret')].map(async (path) => (await stat(path)).mode & 0o777),
  );
  expect(modes).toEqual([0o700, 0o600]);
});

it.each(['', 'x'.repeat(31)])(
  'RU3 a file without a secret in it is told of, and nothing is signed with it',
  async (text) => {
    await writeFile(join(folder, 'jwt-secret'), text);
    await expect(keptSecret(folder)).rejects.toThrow('jwt-secret holds no secret');
  },
);
