/** Repeats what fails for a while, with growing pauses, until it succeeds or nobody wants it any more. */

/**
 * @param work what may fail for a while
 * @param wanted asked before each attempt
 * @param failed told of each failure
 * @param pauseBefore how long to wait after so many failures before this one, ms
 * @returns what `work` returned, or undefined once it is not wanted
 */
export async function persistently<T>(
  work: () => Promise<T>,
  wanted: () => boolean,
  failed: (error: unknown) => void,
  pauseBefore = (failures: number): number => Math.min(50 * 2 ** failures, 2000),
): Promise<T | undefined> {
  for (let failures = 0; wanted(); failures += 1) {
    try {
      return await work();
    } catch (error) {
      failed(error);
      await new Promise((resolve) => setTimeout(resolve, pauseBefore(failures)));
    }
  }
  return undefined;
}
