/**
 * Loaded before a server that is measured (`node --import`): tells its parent, when asked, what it has used of the
 * processor, and since it was asked last, for how long at the worst its event loop stood still and V8 collected garbage.
 */
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';

export interface Observation {
  /** ms of processor time, all threads, since the process began. */
  cpu: number;
  /** The longest that the event loop stood still since the last time, ms. */
  stall: number;
  /** The longest that V8 stopped it to collect garbage since the last time, ms. */
  collection: number;
  /** Resident memory, bytes. */
  memory: number;
}

/** Ms. A finer one would itself be a good part of what an idle process uses. */
const RESOLUTION = 10;
const delays = monitorEventLoopDelay({ resolution: RESOLUTION });
delays.enable();
let collection = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) collection = Math.max(collection, duration);
}).observe({ entryTypes: ['gc'] });

process.on('message', (message) => {
  if (message !== 'observe') return;
  const { user, system } = process.cpuUsage();
  const observation: Observation = {
    cpu: (user + system) / 1000,
    stall: Math.max(0, delays.max / 1e6 - RESOLUTION),
    collection,
    memory: process.memoryUsage.rss(),
  };
  delays.reset();
  collection = 0;
  process.send!({ observation });
});
process.once('disconnect', () => process.exit()); // nobody is left to measure it
process.channel?.unref();
