/** Whether data can be written into a document: not all that can be parsed is taken by Yjs, or by the server. */

/** Levels of lists and objects that the server takes. */
const DEEPEST = 100;

/**
 * A member `__proto__` anywhere is refused by the server, and so is what is nested too deep; Yjs does not write an object
 * with a `constructor` of its own. Counted level by level: a recursion would not come back from the deepest.
 */
export function isStorable(data: unknown): boolean {
  if (isNested(data) && Object.hasOwn(data, 'constructor')) return false;
  let level = isNested(data) ? [data] : [];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === DEEPEST || level.some((nested) => Object.hasOwn(nested, '__proto__'))) return false;
    level = level.flatMap((nested) => Object.values(nested).filter(isNested));
  }
  return true;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}
