/** Starts the node of `node.ts`, and asks it what it holds. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { TEST_SECRET } from '../support/app.ts';
import { endedWithUs } from '../support/ended-with-us.ts';

/** What keeps the process alive: timers, and with them sockets and connections. Quickly counted. */
export interface Activity {
  timers: number;
  resources: number;
}

/** What a node holds: how many objects of a kind are alive, and how much memory and time it has taken. */
export interface Holding extends Activity {
  /** Of Hocuspocus: documents that are open, and connections to them. */
  documents: number;
  connections: number;
  /** Of Yjs; documents are among them. */
  replicas: number;
  awarenesses: number;
  sockets: number;
  /** Whatever can be listened to, and every function that was made: a listener that is left behind is one of them. */
  emitters: number;
  closures: number;
  promises: number;
  megabytes: { heap: number; external: number; resident: number };
  /** Seconds of processor time so far. */
  cpu: number;
}

/** What the node says to its parent. */
export type Said = { url: string } | { activity: Activity } | { holding: Holding };

export interface HeldNode {
  readonly url: string;
  activity(): Promise<Activity>;
  holding(): Promise<Holding>;
  /** @returns its exit code */
  stop(): Promise<number | null>;
}

const NODE = new URL('./node.ts', import.meta.url).pathname;

export async function startHeldNode(environment: Record<string, string>): Promise<HeldNode> {
  const child = endedWithUs(
    fork(NODE, {
      env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', JWT_SECRET: TEST_SECRET, ...environment },
      execArgv: ['--disable-warning=ExperimentalWarning'],
    }),
  );
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const heard = async () => {
    const gone = ended.then(([code]) => Promise.reject(new Error(`the node ended with ${code}`)));
    const [said] = (await Promise.race([once(child, 'message'), gone])) as [Said];
    return said;
  };
  const { url } = (await heard()) as { url: string };
  return {
    url,
    async activity() {
      child.send('activity');
      return ((await heard()) as { activity: Activity }).activity;
    },
    async holding() {
      child.send('holding');
      return ((await heard()) as { holding: Holding }).holding;
    },
    async stop() {
      if (child.connected) child.send('stop');
      return (await ended)[0];
    },
  };
}
