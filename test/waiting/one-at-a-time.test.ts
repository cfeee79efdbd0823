import { expect, it, vi } from 'vitest';
import { oneAtATime } from '../../src/waiting/one-at-a-time.ts';
import { eventually } from '../support/patience.ts';

/** Work whose runs end when the test says so. */
function stepwise() {
  const runs: PromiseWithResolvers<void>[] = [];
  const work = vi.fn<() => Promise<void>>(() => {
    const run = Promise.withResolvers<void>();
    runs.push(run);
    return run.promise;
  });
  return { work, runs };
}

it('calls that come during a run share one that begins after it', async () => {
  const { work, runs } = stepwise();
  const ask = oneAtATime(work);
  const first = ask();
  const later = [ask(), ask(), ask()];
  expect(work).toHaveBeenCalledTimes(1);
  runs[0]?.resolve();
  await first;
  await eventually(() => expect(work).toHaveBeenCalledTimes(2));
  runs[1]?.resolve();
  await Promise.all(later);
  expect(work).toHaveBeenCalledTimes(2);
});

it('a run that fails fails for those who asked for it, and the next one runs', async () => {
  const { work, runs } = stepwise();
  const ask = oneAtATime(work);
  const first = ask();
  const second = ask();
  runs[0]?.reject(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await eventually(() => expect(work).toHaveBeenCalledTimes(2));
  runs[1]?.resolve();
  await second;
  void ask();
  expect(work).toHaveBeenCalledTimes(3);
  runs[2]?.resolve();
});

it.each(['well', 'badly'])(
  'a call at any moment is served by a run after it, and no two run at once, also where one ends %s',
  async (how) => {
    const moments = Array.from({ length: 12 }, (_, moment) => moment);
    for (const chosen of moments.flatMap((first) => moments.slice(first).map((second) => [first, second]))) {
      const { work, runs } = stepwise();
      let [underWay, most] = [0, 0];
      const ask = oneAtATime(() => {
        most = Math.max(most, (underWay += 1));
        return work().finally(() => (underWay -= 1));
      });
      const runsAfter = async () => {
        const before = runs.length;
        await ask().catch(() => {});
        return runs.length - before;
      };
      const calls = [runsAfter(), runsAfter()];
      if (how === 'well') runs[0]!.resolve();
      else runs[0]!.reject(new Error('away'));
      for (const moment of moments) {
        for (const one of chosen) if (one === moment) calls.push(runsAfter());
        await Promise.resolve(); // the next microtask
      }
      for (let run = 1; run < runs.length; run += 1) {
        runs[run]!.resolve();
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect([Math.min(...(await Promise.all(calls))), most]).toEqual([1, 1]);
    }
  },
);
