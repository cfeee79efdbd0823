/**
 * Whether an answer has come in time, where the time of this event loop must not count: what has arrived while it was
 * busy is read first.
 */

/** @param late called if the answer takes longer than some ms @returns to be called when it has come */
export function overdue(ms: number, late: () => void): () => void {
  let reading: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => (reading = setImmediate(late)), ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(reading);
  };
}
