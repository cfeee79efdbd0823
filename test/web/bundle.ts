/**
 * The web app as `npm run build:web` makes it; built here only when it is missing or older than its sources. Of test
 * files that run side by side one builds and the others wait: a folder that only one of them can make is the lock.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = ['src/web', 'src/client'].map((folder) => join(root, folder));
const page = fileURLToPath(new URL('../../dist/web/index.html', import.meta.url));
const lock = fileURLToPath(new URL('../../dist/web.building', import.meta.url));

/** Longer than any build, ms; a lock that is older was left by a run that was ended. */
const STALE = 120_000;

export async function ensureWebApp(): Promise<void> {
  // Also to look: whoever builds may have written the page before all that it loads.
  while (!(await takeLock())) await pause(100);
  try {
    if (!(await isBuilt())) await build();
  } finally {
    await rmdir(lock);
  }
}

/** In a process of its own: in this one it would be a build for tests, with React's own checks in it. */
async function build(): Promise<void> {
  const environment = { ...process.env, NODE_ENV: 'production' };
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  await promisify(execFile)(process.execPath, [vite, 'build', 'src/web'], { cwd: root, env: environment });
}

async function takeLock(): Promise<boolean> {
  await mkdir(join(lock, '..'), { recursive: true });
  const taken = await timeOf(lock);
  // A lock that is not there is not stale: another may take it right now.
  if (taken > 0 && taken < Date.now() - STALE) await rmdir(lock).catch(() => {});
  return mkdir(lock).then(
    () => true,
    () => false,
  );
}

async function isBuilt(): Promise<boolean> {
  const folders = sources.map((folder) => readdir(folder, { recursive: true, withFileTypes: true }));
  const entries = (await Promise.all(folders)).flat();
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const times = await Promise.all(files.map(timeOf));
  return (await timeOf(page)) >= Math.max(...times);
}

/** When something was changed, ms since the epoch; 0 for what is not there. */
async function timeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.mtimeMs ?? 0;
}
