/**
 * What PostgreSQL undid because it stood in the way of others, done again: transactions that waited for each other, and
 * serialization failures.
 */
const ATTEMPTS = 5;

/** @param transaction a whole one, that can be repeated; @throws what it throws, and the last failure after five attempts */
export async function retried<T>(transaction: () => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (failures >= ATTEMPTS || !wasInTheWay(error)) throw error;
    }
  }
}

/** By PostgreSQL's code, which the ORM's own errors carry too. */
function wasInTheWay(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === '40P01' || code === '40001';
}
