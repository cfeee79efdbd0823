/**
 * A node as it runs in production: `serve` in a process of its own. Its ways to the database and to Redis lead through
 * proxies of its own, so that each can be cut off alone. It keeps its port when it is started again.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { TEST_SECRET } from './app.ts';
import { bareEnvironment, MAIN, START_LINE } from './command-line.ts';
import { endedWithUs } from './ended-with-us.ts';
import { freePort } from './free-port.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** Log lines that are kept. */
const MOST_LINES = 20_000;

export type LogLine = Record<string, unknown>;

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** What it wrote that was no log line. */
  output: string;
}

export interface NodeProcess {
  readonly url: string;
  readonly port: number;
  /** Its ways out. */
  readonly database: TcpProxy;
  readonly redis: TcpProxy | null;
  readonly log: readonly LogLine[];
  readonly running: boolean;
  /** How it ended where nobody had killed it, nor told it to stop and it did as told. */
  readonly crashes: readonly Ended[];
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<Ended>;
  /** SIGTERM. @returns how it ended, and after how long, ms */
  stop(): Promise<Ended & { took: number }>;
  /** SIGSTOP. */
  stall(): void;
  wake(): void;
  /** Ends it and its proxies. */
  dispose(): Promise<void>;
}

export interface NodeOptions {
  databaseUrl: string;
  redisUrl: string | null;
  environment?: Record<string, string>;
}

export async function createNode({ databaseUrl, redisUrl, environment = {} }: NodeOptions): Promise<NodeProcess> {
  const port = await freePort();
  const database = await startTcpProxy(databaseUrl);
  const redis = redisUrl === null ? null : await startTcpProxy(redisUrl);
  const log: LogLine[] = [];
  const crashes: Ended[] = [];
  let child: ChildProcess | null = null;
  let told: NodeJS.Signals | null = null;
  let ended: Promise<Ended> = Promise.resolve({ code: null, signal: null, output: '' });

  const launch = async () => {
    const started = spawn(process.execPath, [MAIN, 'serve'], {
      env: {
        ...bareEnvironment(),
        HOST: '127.0.0.1',
        PORT: String(port),
        JWT_SECRET: TEST_SECRET,
        RATE_LIMIT_PER_MINUTE: '0',
        DATABASE_URL: database.through(databaseUrl),
        ...(redis && { REDIS_URL: redis.through(redisUrl!) }),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = endedWithUs(started);
    told = null;
    let output = '';
    const { promise: ready, resolve } = Promise.withResolvers<boolean>();
    const note = (line: string) => {
      if (START_LINE.test(line)) resolve(true);
      if (!line.startsWith('{')) return void (output += `${line}\n`);
      log.push(JSON.parse(line) as LogLine);
      if (log.length > MOST_LINES) log.shift();
    };
    createInterface(started.stdout).on('line', note);
    createInterface(started.stderr).on('line', note);
    ended = once(started, 'close').then(([code, signal]) => {
      resolve(false);
      if (child === started) child = null;
      const how = { code, signal, output } as Ended;
      if (told === null || (told === 'SIGTERM' && code !== 0)) crashes.push(how);
      return how;
    });
    if (!(await ready)) throw new Error(`a node did not start: ${JSON.stringify(await ended)}`);
  };
  const signal = (name: NodeJS.Signals) => void child?.kill(name);
  const end = (name: 'SIGKILL' | 'SIGTERM') => {
    told = name;
    signal(name);
    return ended;
  };

  const node: NodeProcess = {
    url: `http://127.0.0.1:${port}`,
    port,
    database,
    redis,
    log,
    get running() {
      return child !== null;
    },
    crashes,
    start: launch,
    kill: () => end('SIGKILL'),
    async stop() {
      const before = performance.now();
      return { ...(await end('SIGTERM')), took: performance.now() - before };
    },
    stall: () => signal('SIGSTOP'),
    wake: () => signal('SIGCONT'),
    async dispose() {
      await node.kill();
      await Promise.all([database.stop(), redis?.stop()]);
    },
  };
  return node;
}
