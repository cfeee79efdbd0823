/** A bus that loses messages, tells them twice, and late, so that they overtake each other. */
import type { Bus } from '../../src/cluster/bus.ts';
import { memoryBus } from '../../src/cluster/memory-bus.ts';
import type { Chance } from '../support/seeded.ts';

export function unrulyBus(chance: Chance, onError: (error: unknown) => void): Bus {
  const bus = memoryBus(onError);
  return {
    ...bus,
    publish(channel, payload) {
      if (chance.once(6)) return;
      for (let times = chance.once(5) ? 2 : 1; times > 0; times -= 1) {
        if (chance.once(2)) bus.publish(channel, payload);
        else setTimeout(() => bus.publish(channel, payload), chance.below(30));
      }
    },
  };
}
