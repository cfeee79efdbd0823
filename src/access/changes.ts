/**
 * The hint that access to diagrams may have changed, for every node, sent after the commit that raised their epochs. It
 * may be lost: the epoch stays in the database, the log checks it at every flush (AC3), the poll finds it.
 */
import type { Bus } from '../cluster/bus.ts';

/** To be called after the commit. @param diagrams ids whose access epoch was raised */
export type AccessChanged = (diagrams: readonly string[]) => void;

const CHANNEL = 'access';
/** Ids in one message. */
const TOGETHER = 500;

export function tellAccessChanged(bus: Bus, diagrams: readonly string[]): void {
  for (let first = 0; first < diagrams.length; first += TOGETHER) {
    bus.publish(CHANNEL, Buffer.from(diagrams.slice(first, first + TOGETHER).join(',')));
  }
}

/** @param changed told of each diagram, and of what is none if nonsense was sent (NO2). @returns the way to stop */
export function hearAccessChanges(bus: Bus, changed: (diagram: string) => void): Promise<() => void> {
  return bus.subscribe(CHANNEL, (payload) => {
    for (const diagram of Buffer.from(payload).toString().split(',')) changed(diagram);
  });
}
