import { expect, it, vi } from 'vitest';
import { oneAtATime } from '../../src/collaboration/one-at-a-time.ts';
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
