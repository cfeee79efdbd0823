/**
 * Loaded before a server that is measured (`node --import`): tells its parent, when asked, what it has used of the
 * processor, and since it was asked last, for how long at the worst its event loop stood still, how much of such a time
 * the loop's thread ran itself (for the rest it waited, mostly for a processor), and for how long V8 collected garbage.
 */
import { PerformanceObserver } from 'node:perf_hooks';

export interface Observation {
  /** ms of processor time, all threads, since the process began. */
  cpu: number;
  /** The longest that the event loop stood still since the last time, ms. */
  stall: number;
  /** The most that its thread ran while it stood still, ms. */
  ran: number;
  /** The longest that V8 stopped it to collect garbage since the last time, ms. */
  collection: number;
  /** Resident memory, bytes. */
  memory: number;
}

/** Between two looks, ms. More of them would themselves be a good part of what an idle process uses. */
const RESOLUTION = 10;
let [stall, ran] = [0, 0];
let [lookedAt, used] = [performance.now(), process.threadCpuUsage()];
setInterval(() => {
  const late = performance.now() - lookedAt - RESOLUTION;
  const { user, system } = process.threadCpuUsage(used);
  stall = Math.max(stall, late);
  ran = Math.max(ran, Math.min(late, (user + system) / 1000));
  [lookedAt, used] = [performance.now(), process.threadCpuUsage()];
}, RESOLUTION).unref();
let collection = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) collection = Math.max(collection, duration);
}).observe({ entryTypes: ['gc'] });

process.on('message', (message) => {
  if (message !== 'observe') return;
  const { user, system } = process.cpuUsage();
  const observation: Observation = {
    cpu: (user + system) / 1000,
    stall,
    ran,
    collection,
    memory: process.memoryUsage.rss(),
  };
  stall = ran = collection = 0;
  process.send!({ observation });
});
process.once('disconnect', () => process.exit()); // nobody is left to measure it
process.channel?.unref();
