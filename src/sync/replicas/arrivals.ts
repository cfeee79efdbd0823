/** Those who wait until a document has a row. */
export interface Arrivals {
  /** Resolves once it has the row, or never will. */
  reach(seq: number): Promise<void>;
  /** To be called when it has more than before. */
  look(): void;
}

/** @param has whether nobody has to wait for a row */
export function createArrivals(has: (seq: number) => boolean): Arrivals {
  const waiting = new Set<{ seq: number; resolve(): void }>();
  return {
    async reach(seq) {
      if (!has(seq)) await new Promise<void>((resolve) => waiting.add({ seq, resolve }));
    },
    look() {
      for (const arrival of waiting) {
        if (!has(arrival.seq)) continue;
        waiting.delete(arrival);
        arrival.resolve();
      }
    },
  };
}
