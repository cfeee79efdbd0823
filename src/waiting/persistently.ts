/** Repeats what the database answers with an error, with growing pauses, until it succeeds or nobody wants it any more. */

/**
 * @param work what may fail for a while
 * @param wanted asked before each attempt
 * @param failed told of each failure
 * @returns what `work` returned, or undefined once it is not wanted
 */
export async function persistently<T>(
  work: () => Promise<T>,
  wanted: () => boolean,
  failed: (error: unknown) => void,
): Promise<T | undefined> {
  for (let pause = 50; wanted(); pause = Math.min(2000, pause * 2)) {
    try {
      return await work();
    } catch (error) {
      failed(error);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return undefined;
}
