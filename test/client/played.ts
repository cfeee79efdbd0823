/** Time and sockets that a test plays by hand. */
import type { Clock } from '../../src/client/clock.ts';

export interface PlayedClock extends Clock {
  /** Lets so many ms pass. */
  pass(ms: number): void;
}

export function playedClock(): PlayedClock {
  let time = 1_000_000;
  const alarms = new Map<object, { at: number; work: () => void }>();
  return {
    now: () => time,
    random: () => 0,
    after(ms, work) {
      const key = {};
      alarms.set(key, { at: time + ms, work });
      return () => void alarms.delete(key);
    },
    pass(ms) {
      const end = time + ms;
      for (;;) {
        const [next] = [...alarms].filter(([, { at }]) => at <= end).sort(([, one], [, other]) => one.at - other.at);
        if (!next) break;
        alarms.delete(next[0]);
        time = next[1].at;
        next[1].work();
      }
      time = end;
    },
  };
}

type Listener = (event: unknown) => void;

/** A WebSocket whose other side the test is. */
export class PlayedSocket {
  static made: PlayedSocket[] = [];
  readonly url: string;
  readyState = 0;
  binaryType = '';
  sent: Uint8Array[] = [];
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(url: string) {
    this.url = url;
    PlayedSocket.made.push(this);
  }

  static get last(): PlayedSocket {
    return PlayedSocket.made.at(-1)!;
  }

  addEventListener(name: string, listener: Listener): void {
    this.#listeners.set(name, (this.#listeners.get(name) ?? new Set()).add(listener));
  }

  removeEventListener(name: string, listener: Listener): void {
    this.#listeners.get(name)?.delete(listener);
  }

  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }

  close(): void {
    this.readyState = 3;
  }

  #tell(name: string, event: unknown): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(event);
  }

  /** The server takes the connection. */
  take(): void {
    this.readyState = 1;
    this.#tell('open', {});
  }

  /** The server says its first word. */
  speak(): void {
    this.#tell('message', { data: new Uint8Array([9]).buffer });
  }

  /** The server takes the connection, and speaks. */
  open(): void {
    this.take();
    this.speak();
  }

  /** The server, or the network, ends it. */
  end(code: number, reason = ''): void {
    this.readyState = 3;
    this.#tell('close', { code, reason });
  }
}
