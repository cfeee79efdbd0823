/** How deep what a client sent may be nested: whoever walks it later, here or in a browser, does so recursively. */
const DEEPEST = 20;

export function isShallow(value: unknown, levels = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((part) => isShallow(part, levels - 1));
}
