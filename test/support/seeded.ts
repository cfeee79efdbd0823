/** Chance that can be repeated: the same seed gives the same numbers (mulberry32). */

export interface Chance {
  /** A whole number from 0, below `limit`. */
  below(limit: number): number;
  /** One of them. */
  of<T>(values: readonly T[]): T;
  /** True once in `times`, on average. */
  once(times: number): boolean;
}

export function seeded(seed: number): Chance {
  let state = seed;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * limit);
  };
  return { below, of: (values) => values[below(values.length)]!, once: (times) => below(times) === 0 };
}
