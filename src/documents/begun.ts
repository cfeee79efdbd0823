/**
 * Of what begins at clocks, in order, where the last is that begins at one or before it: what has the clock in it, if
 * anything has.
 * @param begin the clock at which it begins; @returns -1 if all begin later
 */
export function lastBegun<Of>(all: readonly Of[], clock: number, begin: (one: Of) => number): number {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (begin(all[middle]!) <= clock) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
