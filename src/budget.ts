/** A bound on bytes that several holders share: what clients send must not outgrow the memory of the node. */
export interface Budget {
  /** Takes bytes if there are so many left. @returns whether there were */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

export function createBudget(limit: number): Budget {
  let used = 0;
  return {
    take(bytes) {
      if (used + bytes > limit) return false;
      used += bytes;
      return true;
    },
    give(bytes) {
      used -= bytes;
    },
  };
}
