/**
 * Loaded before a server that is measured (`node --import`): tells its parent, when asked, what it has used of the
 * processor and for how long its event loop stood still at the worst since it was asked last.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Observation {
  /** ms of processor time, all threads, since the process began. */
  cpu: number;
  /** The longest that the event loop stood still since the last time, ms. */
  stall: number;
  /** Resident memory, bytes. */
  memory: number;
}

/** Ms. A finer one would itself be a good part of what an idle process uses. */
const RESOLUTION = 10;
const delays = monitorEventLoopDelay({ resolution: RESOLUTION });
delays.enable();

process.on('message', (message) => {
  if (message !== 'observe') return;
  const { user, system } = process.cpuUsage();
  const observation: Observation = {
    cpu: (user + system) / 1000,
    stall: Math.max(0, delays.max / 1e6 - RESOLUTION),
    memory: process.memoryUsage.rss(),
  };
  delays.reset();
  process.send!({ observation });
});
process.once('disconnect', () => process.exit()); // nobody is left to measure it
process.channel?.unref();
