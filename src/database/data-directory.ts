/**
 * The folder of a `dev` installation: the embedded database and the generated token secret. One process at a time: a
 * lock of the operating system (through SQLite, which keeps nothing else there) goes with the process, however it ends.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A secret has as many characters, at least, as one that is configured has bytes. */
const LEAST = 32;

/** Another process has the folder. The command line says so and exits 78. */
export class DataDirectoryInUse extends Error {
  constructor(directory: string) {
    super(`DATA_DIR ${directory} is in use by another process`);
    this.name = 'DataDirectoryInUse';
  }
}

/**
 * It cannot be made, read or written (it is a file, or somebody else's), or holds what we did not write. The command line
 * says so and exits 78.
 */
export class DataDirectoryUnusable extends Error {
  constructor(directory: string, why: string) {
    super(`DATA_DIR ${directory} cannot be used: ${why}`);
    this.name = 'DataDirectoryUnusable';
  }
}

/** What the system refuses while the folder is used, told as a fault of the folder. */
async function usingFolder<Result>(directory: string, use: () => Promise<Result>): Promise<Result> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return await use();
  } catch (error) {
    throw error instanceof Error && 'code' in error ? new DataDirectoryUnusable(directory, error.message) : error;
  }
}

/**
 * Takes the folder for this process, making it if need be.
 * @returns the way to give it back
 * @throws DataDirectoryInUse, DataDirectoryUnusable
 */
export const holdDataDirectory = (directory: string): Promise<() => void> =>
  usingFolder(directory, async () => hold(directory));

function hold(directory: string): () => void {
  const lock = new DatabaseSync(join(directory, 'lock'));
  try {
    lock.exec('pragma busy_timeout = 0; pragma locking_mode = exclusive; begin exclusive');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode === 5) throw new DataDirectoryInUse(directory);
    throw error;
  }
  return () => lock.close();
}

/**
 * The token secret of this folder: read, or made at the first start. It appears as a whole or not at all, and of several
 * processes that start at once all have the first one's.
 * @throws DataDirectoryUnusable
 */
export const keptSecret = (directory: string): Promise<string> => usingFolder(directory, () => secretIn(directory));

async function secretIn(directory: string): Promise<string> {
  const path = join(directory, 'jwt-secret');
  if (!existsSync(path)) await keepSecret(path);
  const secret = await readFile(path, 'utf8');
  if (secret.length < LEAST)
    throw new DataDirectoryUnusable(directory, 'jwt-secret holds no secret; delete it, and another one is made');
  return secret;
}

async function keepSecret(path: string): Promise<void> {
  const written = `${path}.${randomUUID()}`;
  await writeFile(written, randomBytes(48).toString('base64url'), { mode: 0o600, flush: true });
  try {
    await link(written, path);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') await rename(written, path); // there are folders without links
  } finally {
    await rm(written, { force: true });
  }
}
