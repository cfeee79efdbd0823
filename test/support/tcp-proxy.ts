/**
 * A TCP proxy in this process, for faults on the way: between a node and its database or its Redis, or between clients
 * and nodes. It can stand still, break, be slow, or leave connections dead without telling anybody.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** A URL with this proxy in the place of its host and port. */
  through(url: string): string;
  /** Nothing is read any more in either direction; new connections are accepted and stand still too. */
  pause(): void;
  /** Connections break, and new ones are refused. */
  cut(): Promise<void>;
  /** The connections that are open now are dead: what is sent on them vanishes, and nobody is told. New ones work. */
  halfOpen(): void;
  /** Of what comes back on each connection that is open now, the next piece is lost, and this is there in its place. */
  spoil(bytes: Buffer): void;
  /** Everything takes so much longer, in each direction, ms. */
  delay(latency: number): void;
  /** As if nothing had been; what stood still goes on. */
  mend(): Promise<void>;
  stop(): Promise<void>;
}

interface Pair {
  near: Socket;
  far: Socket;
  dead: boolean;
  /** What comes back in place of the next piece. */
  nonsense: Buffer | null;
}

/** @param target a URL on the loopback, or the port to which the next connection goes; null: nobody is there */
export async function startTcpProxy(target: string | (() => number | null)): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let paused = false;
  let latency = 0;

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (near) => {
    const to = typeof target === 'string' ? Number(new URL(target).port) : target();
    if (to === null) return void near.on('error', () => {}).resetAndDestroy();
    const far = connect({ port: to, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const pair: Pair = { near, far, dead: false, nonsense: null };
    pairs.add(pair);
    carry(pair, near, far);
    carry(pair, far, near);
    for (const socket of [near, far]) if (paused) socket.pause();
    if (!paused) near.resume();
  });

  function carry(pair: Pair, from: Socket, to: Socket): void {
    let last = Promise.resolve();
    const inTurn = (work: () => void) => {
      const due = performance.now() + latency;
      last = last.then(async () => {
        const wait = due - performance.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        work();
      });
    };
    from.on('data', (chunk: Buffer) =>
      inTurn(() => {
        if (pair.dead || to.destroyed) return;
        to.write((to === pair.near && pair.nonsense) || chunk);
        if (to === pair.near) pair.nonsense = null;
      }),
    );
    from.on('end', () => inTurn(() => !pair.dead && to.end()));
    from.on('error', () => {});
    from.on('close', () => {
      if (from === pair.near) pairs.delete(pair);
      inTurn(() => !pair.dead && to.destroy());
    });
  }

  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;

  const cut = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const { near, far } of pairs) for (const socket of [near, far]) socket.destroy();
    pairs.clear();
    await closed;
  };
  return {
    port,
    through(url) {
      const changed = new URL(url);
      [changed.hostname, changed.port] = ['127.0.0.1', String(port)];
      return changed.href;
    },
    pause() {
      paused = true;
      for (const { near, far } of pairs) for (const socket of [near, far]) socket.pause();
    },
    cut,
    halfOpen() {
      for (const pair of pairs) {
        pair.dead = true;
        pair.far.destroy();
      }
    },
    spoil(bytes) {
      for (const pair of pairs) pair.nonsense = bytes;
    },
    delay(length) {
      latency = length;
    },
    async mend() {
      paused = false;
      latency = 0;
      if (!server.listening) await listen(port);
      for (const { near, far } of pairs) for (const socket of [near, far]) socket.resume();
    },
    stop: cut,
  };
}
