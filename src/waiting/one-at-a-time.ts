/**
 * Runs some work one at a time, for callers who each need a run that begins after their call. Calls that come during
 * a run share the next one, so a storm of calls costs two runs.
 */

/** @param work may reject; its callers then do. @returns asks for a run that begins from now on */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let following: Promise<void> | null = null;

  const begin = (): Promise<void> => {
    running = work().finally(() => (running = null));
    return running;
  };
  return () => {
    if (following) return following; // also where `running` has just ended and it is about to begin
    if (!running) return begin();
    following = running
      .catch(() => {})
      .then(() => {
        following = null;
        return begin();
      });
    return following;
  };
}
