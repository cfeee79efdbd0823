/**
 * How deep a JSON body nests. What can be parsed must not overflow the stack of whoever validates, stores or writes it
 * later, here or in a browser; no API asks for more than a few levels, and the data of a cell for a few more.
 */

/** @param most levels of lists and objects; counted level by level, never by recursion */
export function nestsDeeperThan(most: number, value: unknown): boolean {
  let level = [value].filter(isNested);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === most) return true;
    level = level.flatMap((nested) => Object.values(nested).filter(isNested));
  }
  return false;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
