/** Waits for what may never come no longer than some ms. @returns what came, if it did */
export async function atMost<T>(ms: number, answer: Promise<T>): Promise<T | undefined> {
  let patience: NodeJS.Timeout | undefined;
  const over = new Promise<undefined>((resolve) => (patience = setTimeout(() => resolve(undefined), ms)));
  try {
    return await Promise.race([answer, over]);
  } finally {
    clearTimeout(patience);
  }
}
