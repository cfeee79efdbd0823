/**
 * The bus between nodes: Redis sharded publish and subscribe, one connection for each of the two, binary payloads.
 *
 * Channels carry the deployment's id, so that two deployments that share a Redis never mix. While Redis is away,
 * messages are dropped and counted, not kept: whoever missed one finds the change in the database. Both connections come
 * back by themselves, and what was subscribed, or wanted to be meanwhile, is subscribed again. Nothing that Redis does
 * or says reaches the process as an error.
 */
import { createClient } from 'redis';
import type { Bus } from './bus.ts';

export interface RedisBusDependencies {
  url: string;
  /** The deployment's id. */
  deployment: string;
  /** Told what a handler threw. */
  onError(error: unknown): void;
  /** Told of trouble with Redis itself, and of the end of it. */
  onState(state: { connection: 'publisher' | 'subscriber'; ready: boolean; error?: unknown }): void;
  /** Told of each message that could not be sent. */
  onDropped(): void;
}

/** How long a subscriber waits to be heard by Redis, ms: what it misses after that it reads. */
const SUBSCRIBE_PATIENCE = 100;
/** Commands that wait for an answer; a Redis that is stuck must not fill our memory. */
const MOST_WAITING = 20_000;

type Handler = (payload: Uint8Array) => void;

export function redisBus({ url, deployment, onError, onState, onDropped }: RedisBusDependencies): Bus {
  const options = {
    url,
    commandsQueueMaxLength: MOST_WAITING,
    pingInterval: 1000,
    socket: {
      connectTimeout: 2000,
      socketTimeout: 4000,
      reconnectStrategy: (retries: number) => Math.min(25 * 2 ** Math.min(retries, 6), 1000),
    },
  };
  const publisher = createClient({ ...options, disableOfflineQueue: true });
  const subscriber = createClient(options);
  const handlers = new Map<string, Set<Handler>>();
  const channelOf = (name: string) => `roundtable:${deployment}:${name}`;

  for (const [connection, client] of Object.entries({ publisher, subscriber }) as [
    'publisher' | 'subscriber',
    typeof subscriber,
  ][]) {
    client.on('error', (error) => onState({ connection, ready: false, error }));
    client.on('ready', () => onState({ connection, ready: true }));
  }

  const deliver = (name: string) => (payload: Uint8Array) => {
    for (const handler of handlers.get(name) ?? []) {
      try {
        handler(payload);
      } catch (error) {
        onError(error);
      }
    }
  };

  /** One listener for each channel; tried until Redis has taken it or nobody wants it any more. */
  const listeners = new Map<string, Handler>();
  const listen = async (name: string): Promise<void> => {
    const listener = deliver(name);
    listeners.set(name, listener);
    while (listeners.get(name) === listener && subscriber.isOpen) {
      try {
        return void (await subscriber.sSubscribe(channelOf(name), listener, true));
      } catch {
        await new Promise((resolve) => setTimeout(resolve, SUBSCRIBE_PATIENCE).unref());
      }
    }
  };

  const forget = (name: string): void => {
    const listener = listeners.get(name);
    listeners.delete(name);
    if (listener && subscriber.isOpen) subscriber.sUnsubscribe(channelOf(name), listener, true).catch(() => {});
  };

  return {
    get healthy() {
      return publisher.isReady && subscriber.isReady;
    },
    publish(name, payload) {
      publisher
        .sPublish(channelOf(name), Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength))
        .catch(onDropped);
    },
    async subscribe(name, handler) {
      const subscribed = handlers.get(name) ?? new Set();
      handlers.set(name, subscribed.add(handler));
      if (subscribed.size === 1) {
        let timer: NodeJS.Timeout | undefined;
        const patience = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, SUBSCRIBE_PATIENCE);
        });
        await Promise.race([listen(name), patience]);
        clearTimeout(timer);
      }
      return () => {
        if (!subscribed.delete(handler) || subscribed.size > 0 || handlers.get(name) !== subscribed) return;
        handlers.delete(name);
        forget(name);
      };
    },
    async start() {
      // A Redis that is away must not keep a node from starting: the clients go on trying.
      for (const client of [publisher, subscriber]) client.connect().catch(() => {});
      await settled(() => publisher.isReady && subscriber.isReady, 2000);
    },
    async stop() {
      handlers.clear();
      listeners.clear();
      for (const client of [publisher, subscriber]) if (client.isOpen) client.destroy();
    },
  };
}

/** Waits until it is so, or for so many ms. */
async function settled(isSo: () => boolean, patience: number): Promise<void> {
  const deadline = performance.now() + patience;
  while (!isSo() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
}
