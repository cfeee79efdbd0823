/** A Redis of a test's own, to be stopped, stalled and filled. It keeps its port when it is started again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createClient } from 'redis';
import { freePort } from './free-port.ts';
import { endedWithUs } from './ended-with-us.ts';

export interface RedisProcess {
  readonly url: string;
  readonly port: number;
  /** Nothing, if it runs. */
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: it stands still with everything connected. */
  stall(): void;
  wake(): void;
  /** Sends a command as anybody could who shares it. */
  command(...parts: (string | Buffer)[]): Promise<unknown>;
}

/** What the README says that a Redis user may do who has to work under access rules, as words of `ACL SETUSER`. */
export function rightsInReadme(): string[] {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  return /`ACL SETUSER roundtable on >\S+ (.*?)`/.exec(readme)![1]!.split(' ');
}

/** @param started whether it is to run already */
export async function createRedis(started = true): Promise<RedisProcess> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;

  const redis: RedisProcess = {
    url,
    port,
    async start() {
      if (child) return;
      const flags = [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--appendonly',
        'no',
        '--dir',
        '/tmp',
      ];
      child = endedWithUs(spawn('redis-server', flags, { stdio: 'ignore' }));
      await once(child, 'spawn');
      await redis.command('PING');
    },
    async kill() {
      if (!child) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      child = null;
    },
    stall: () => void child?.kill('SIGSTOP'),
    wake: () => void child?.kill('SIGCONT'),
    async command(...parts) {
      const client = createClient({ url, socket: { reconnectStrategy: () => child?.exitCode === null && 20 } });
      client.on('error', () => {});
      await client.connect();
      try {
        return await client.sendCommand(parts);
      } finally {
        client.destroy();
      }
    },
  };
  if (started) await redis.start();
  return redis;
}
