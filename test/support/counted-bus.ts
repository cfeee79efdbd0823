/** A bus of one process that knows how many subscribe to it. */
import type { Bus } from '../../src/cluster/bus.ts';
import { memoryBus } from '../../src/cluster/memory-bus.ts';

export function countedBus(onError: (error: unknown) => void): Bus & { subscribed(): number } {
  const bus = memoryBus(onError);
  let subscribed = 0;
  return {
    ...bus,
    subscribed: () => subscribed,
    async subscribe(channel, handler) {
      const stop = await bus.subscribe(channel, handler);
      subscribed += 1;
      return () => {
        subscribed -= 1;
        stop();
      };
    },
  };
}
