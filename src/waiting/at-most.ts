/** Waits for what may never come no longer than some ms. */
export async function atMost(ms: number, answer: Promise<unknown>): Promise<void> {
  let patience: NodeJS.Timeout | undefined;
  await Promise.race([answer, new Promise<void>((resolve) => (patience = setTimeout(resolve, ms)))]);
  clearTimeout(patience);
}
