/**
 * What comes to the addresses of a socket before their documents are there. It is bounded, for the socket and for all
 * sockets together (NO3), and counted until the document is there, or its channel has ended.
 */
import type { Budget } from '../../budget.ts';
import type { Channel } from '../channel.ts';

export interface Early {
  /** Whether so many bytes more may be kept for an address. */
  take(address: string, size: number): boolean;
  /** Since when something is kept for an address to which nobody is admitted, ms; Infinity: nothing is. */
  unadmittedSince(): number;
  /** Gives back what is not kept any more. */
  settle(): void;
}

export interface EarlyDependencies {
  /** Bytes for this socket, and for all. */
  most: number;
  strangers: Budget;
  /** The state of an address's channel, if it has one. */
  stateOf(address: string): Channel['state']['kind'] | undefined;
  now(): number;
}

export function createEarly({ most, strangers, stateOf, now }: EarlyDependencies): Early {
  const kept = new Map<string, { bytes: number; since: number }>();

  function settle(): void {
    for (const [address, { bytes }] of kept) {
      const state = stateOf(address);
      if (state === 'waiting' || state === 'joined') continue;
      strangers.give(bytes);
      kept.delete(address);
    }
  }

  return {
    take(address, size) {
      settle();
      const all = [...kept.values()].reduce((sum, { bytes }) => sum + bytes, 0);
      if (all + size > most || !strangers.take(size)) return false;
      const { bytes, since } = kept.get(address) ?? { bytes: 0, since: now() };
      kept.set(address, { bytes: bytes + size, since });
      return true;
    },
    unadmittedSince: () =>
      Math.min(...[...kept].map(([address, { since }]) => (stateOf(address) === 'waiting' ? since : Infinity))),
    settle,
  };
}
