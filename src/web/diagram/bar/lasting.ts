/** Values that last: what would flicker by is shown long enough to be seen, or not at all. */
import { useEffect, useState } from 'react';

/**
 * A condition, later: true only once it has been so for `after` ms, and true for at least `least` ms more.
 * @param after ms; @param least ms
 */
export function useLasting(condition: boolean, { after = 0, least = 0 }: { after?: number; least?: number }): boolean {
  const [lasting, last] = useState(condition && after === 0);
  if (condition && after === 0 && !lasting) last(true);
  useEffect(() => {
    if (condition === lasting) return;
    const timer = setTimeout(() => last(condition), condition ? after : least);
    return () => clearTimeout(timer);
  }, [condition, lasting, after, least]);
  return lasting;
}
