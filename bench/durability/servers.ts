/** The servers that are compared: a Roundtable node and bare Hocuspocus, each in a process of its own, held to one core. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Observation } from './observed.ts';

export interface MeasuredServer {
  url: string;
  /** ms of processor time that it has used so far. */
  used(): Promise<number>;
  /** The same, and its longest stall since it was observed last; the first time begins it. */
  observe(): Promise<Observation>;
  stop(): Promise<void>;
}

export const SECRET = 'a secret that only benchmarks know, long enough for HS256';
/** The server has the first core to itself; the load and PostgreSQL share the second. */
export const CORES = { server: 0, rest: 1 };

const path = (name: string) => new URL(name, import.meta.url).pathname;

/** As `npm run serve` starts it. */
export const SERVE = serveArguments();

function serveArguments(): string[] {
  const { scripts } = JSON.parse(readFileSync(path('../../package.json'), 'utf8')) as { scripts: { serve: string } };
  const [, , ...rest] = scripts.serve.split(' '); // exec node
  return rest.map((argument) => (argument === 'src/main.ts' ? path('../../src/main.ts') : argument));
}

/** @param core see `start` */
export function startRoundtable(databaseUrl: string, core?: number | null): Promise<MeasuredServer> {
  const environment = {
    HOST: '127.0.0.1',
    PORT: '0',
    JWT_SECRET: SECRET,
    DATABASE_URL: databaseUrl,
    RATE_LIMIT_PER_MINUTE: '0',
    MAX_SOCKETS_PER_USER: '1000',
    SESSION_HOST_GRACE_MS: '600000',
    LOG_LEVEL: 'error',
  };
  return start(SERVE, environment, core);
}

/** @param core see `start` */
export const startBare = (databaseUrl: string, core?: number | null) => start([path('bare.ts'), databaseUrl], {}, core);

/** @param core null: wherever there is room */
export async function start(
  argumentList: readonly string[],
  environment: Record<string, string>,
  core: number | null = CORES.server,
): Promise<MeasuredServer> {
  const child = spawn(process.execPath, ['--import', path('observed.ts'), ...argumentList], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  if (core !== null) pin(child.pid!, core);
  const ended = once(child, 'exit');
  const { promise: started, resolve, reject } = Promise.withResolvers<string>();
  createInterface(child.stdout!).on('line', (line) => {
    const [, url] = /running at (http:\S+)/.exec(line) ?? [];
    if (url) resolve(url);
    else if (line.startsWith('{')) process.stderr.write(`${line}\n`);
  });
  void ended.then(() => reject(new Error('a server ended before it had started')));
  const ask = async <Answer>(what: string): Promise<Answer> => {
    child.send(what);
    const [answer] = (await once(child, 'message')) as [Answer];
    return answer;
  };
  const url = await started;
  return {
    url,
    used: async () => (await ask<{ cpu: number }>('used')).cpu,
    observe: async () => (await ask<{ observation: Observation }>('observe')).observation,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Holds a process and what comes from it to one core, where the system can do that. */
export function pin(pid: number, core: number): void {
  spawnSync('taskset', ['-a', '-p', '-c', String(core), String(pid)], { stdio: 'ignore' });
}

/** ms of processor time that PostgreSQL has used, and all of the machine; null where nothing tells. */
export function usedOutside(postgres: number): { postgres: number; machine: number } | null {
  try {
    const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
      .split(/\s+/, 9)
      .slice(1)
      .map(Number) as [number, number, number, number, number, number, number, number];
    return {
      postgres: processes.reduce((sum, name) => sum + usedBy(name, postgres), 0),
      machine: (user + nice + system + irq + softirq + steal) * TICK,
    };
  } catch {
    return null;
  }
}

/** Of a process of PostgreSQL; the first one also knows what those used that have ended. */
function usedBy(name: string, first: number): number {
  try {
    const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .map(Number);
    if (Number(name) !== first && fields[1] !== first) return 0;
    const [own = 0, ownSystem = 0, ended = 0, endedSystem = 0] = fields.slice(11, 15);
    return (own + ownSystem + (Number(name) === first ? ended + endedSystem : 0)) * TICK;
  } catch {
    return 0; // it has just ended
  }
}

/** A tick of the clock that Linux counts in, ms. */
const TICK = 10;
