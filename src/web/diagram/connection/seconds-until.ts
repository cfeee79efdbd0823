/** How many seconds are left until a moment, counted down on the screen. */
import { useEffect, useState } from 'react';

/** @param moment ms since the epoch; null: none. @returns whole seconds, 0 when it has come or there is none */
export function useSecondsUntil(moment: number | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (moment === null) return;
    const tick = () => setNow(Date.now());
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [moment]);
  return moment === null ? 0 : Math.max(0, Math.ceil((moment - now) / 1000));
}
