/** The bus of a single node: handlers run in a later turn, in the order in which messages were published. */
import type { Bus } from './bus.ts';

/** @param onError told what a handler threw */
export function memoryBus(onError: (error: unknown) => void): Bus {
  const handlers = new Map<string, Set<(payload: Uint8Array) => void>>();
  const deliver = (channel: string, payload: Uint8Array) => {
    for (const handler of handlers.get(channel) ?? []) {
      try {
        handler(payload);
      } catch (error) {
        onError(error);
      }
    }
  };
  return {
    healthy: true,
    publish: (channel, payload) => queueMicrotask(() => deliver(channel, payload)),
    async subscribe(channel, handler) {
      const subscribed = handlers.get(channel) ?? new Set();
      handlers.set(channel, subscribed.add(handler));
      return () => {
        subscribed.delete(handler);
        if (subscribed.size === 0 && handlers.get(channel) === subscribed) handlers.delete(channel);
      };
    },
    onResumed: () => {}, // nothing is ever lost
    async start() {},
    async stop() {
      handlers.clear();
    },
  };
}
