/**
 * Something that is opened by an effect and closed when the component goes, and not sooner: React's strict mode takes
 * every component away and brings it back at once, which must not cost a connection. So it is closed a moment after the
 * effect has ended, unless the same effect has come again by then.
 */
import { useEffect, useRef, useState } from 'react';

interface Held<Thing> {
  key: string;
  owner: object;
  thing: Thing;
  /** Set while it is about to be closed. */
  closing: ReturnType<typeof setTimeout> | null;
}

/**
 * @param owner what it is opened with; @param key which one of the owner's; null for none
 * @returns null until it is open, and on a server
 */
export function useHeld<Owner extends object, Thing>(
  owner: Owner | null,
  key: string | null,
  { open, close }: { open: (owner: Owner) => Thing; close: (thing: Thing) => void },
): Thing | null {
  const held = useRef<Held<Thing> | null>(null);
  const [shown, show] = useState<Thing | null>(null);
  // What it takes to open may be a new function each time; only another owner or key means another thing.
  const hands = useRef({ open, close });
  useEffect(() => {
    hands.current = { open, close };
  });
  useEffect(() => {
    if (owner === null || key === null) return show(null);
    const known = held.current;
    const same = known?.key === key && known.owner === owner && known.closing !== null ? known : null;
    if (same) clearTimeout(same.closing ?? undefined);
    const mine: Held<Thing> = same ?? { key, owner, thing: hands.current.open(owner), closing: null };
    mine.closing = null;
    held.current = mine;
    show(() => mine.thing);
    return () => {
      mine.closing = setTimeout(() => {
        if (held.current === mine) held.current = null;
        hands.current.close(mine.thing);
      });
    };
  }, [owner, key]);
  return shown;
}
