/** HAProxy with the configuration of `deploy/`, in front of nodes of the test's: only the addresses are others. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endedWithUs } from './ended-with-us.ts';
import { freePort } from './free-port.ts';
import { prepare, thisMachine } from './machine.ts';

export interface Balancer {
  url: string;
  stop(): Promise<void>;
}

const CONFIGURATION = new URL('../../deploy/haproxy.cfg', import.meta.url);

/**
 * @param nodes the ports of the two nodes that the configuration names
 * @param changed what stands there otherwise, each line with its replacement
 */
export async function startBalancer(
  nodes: readonly [number, number],
  changed: Readonly<Record<string, string>> = {},
): Promise<Balancer> {
  const missing = prepare(thisMachine, [{ command: 'haproxy', package: 'haproxy', version: '-v' }]);
  if (missing) throw new Error(missing);
  const port = await freePort();
  let text = await readFile(CONFIGURATION, 'utf8');
  for (const [line, replacement] of Object.entries(changed)) {
    if (!text.includes(line)) throw new Error(`deploy/haproxy.cfg has no line ${line}`);
    text = text.replace(line, replacement);
  }
  const configuration = text
    .replace('bind :8080', `bind 127.0.0.1:${port}`)
    .replaceAll(/ node-([12]):3000/g, (_, number) => ` 127.0.0.1:${nodes[Number(number) - 1]}`);
  const directory = await mkdtemp(join(tmpdir(), 'roundtable-balancer-'));
  const file = join(directory, 'haproxy.cfg');
  await writeFile(file, configuration);
  const checked = spawnSync('haproxy', ['-c', '-f', file], { encoding: 'utf8' });
  if (checked.status !== 0) throw new Error(`HAProxy does not take deploy/haproxy.cfg: ${checked.stderr}`);
  const child = endedWithUs(spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' }));
  const ended = once(child, 'exit');
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
