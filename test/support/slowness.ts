/**
 * How much slower this machine is than the one on which the times in the tests were chosen. Measured once, before a run,
 * by the time on the clock that some work takes, so that a share of a processor counts as what it is.
 */

/** What the work takes on two cores of 2024 that are otherwise idle, ms. */
const USUAL = 200;
const ROUNDS = 2000;

/** @returns 1 for a machine that is as fast, or faster; 5 for one that takes five times as long */
export function measureSlowness(): number {
  const cells = Array.from({ length: 200 }, (_, at) => ({ id: `cell ${at}`, x: at, label: 'x'.repeat(at % 50) }));
  const before = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) JSON.parse(JSON.stringify(cells));
  return Math.max(1, (performance.now() - before) / USUAL);
}
