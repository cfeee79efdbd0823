/**
 * Loaded before a server that is measured (`node --import`): tells its parent, when asked, what it has used of the
 * processor. When asked to observe it looks from then on for how long at the worst the event loop stands still, how much of
 * such a time the loop's thread runs itself (for the rest it waits, mostly for a processor), and for how long V8 collects
 * garbage, and tells so when it is asked again. Whoever does not ask pays nothing for it.
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
let [stall, ran, collection] = [0, 0, 0];
let observing = false;

function observe(): void {
  if (observing) return;
  observing = true;
  let [lookedAt, used] = [performance.now(), process.threadCpuUsage()];
  setInterval(() => {
    const late = performance.now() - lookedAt - RESOLUTION;
    const { user, system } = process.threadCpuUsage(used);
    stall = Math.max(stall, late);
    ran = Math.max(ran, Math.min(late, (user + system) / 1000));
    [lookedAt, used] = [performance.now(), process.threadCpuUsage()];
  }, RESOLUTION).unref();
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) collection = Math.max(collection, duration);
  }).observe({ entryTypes: ['gc'] });
}

process.on('message', (asked) => {
  const { user, system } = process.cpuUsage();
  const cpu = (user + system) / 1000;
  if (asked === 'used') process.send!({ cpu });
  if (asked !== 'observe') return;
  const observation: Observation = { cpu, stall, ran, collection, memory: process.memoryUsage.rss() };
  stall = ran = collection = 0;
  observe();
  process.send!({ observation });
});
process.once('disconnect', () => process.exit()); // nobody is left to measure it
process.channel?.unref();
