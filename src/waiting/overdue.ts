/**
 * Whether an answer has come in time, where what this event loop was late with does not count: as much time is given
 * once more (the question may not have been sent yet), and what has arrived by then is read first.
 */

/** @param late called if the answer takes longer than some ms @returns to be called when it has come */
export function overdue(ms: number, late: () => void): () => void {
  const due = performance.now() + ms;
  let reading: NodeJS.Immediate | undefined;
  let timer = setTimeout(() => {
    const more = Math.max(0, Math.min(performance.now() - due, ms));
    timer = setTimeout(() => (reading = setImmediate(late)), more);
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(reading);
  };
}
