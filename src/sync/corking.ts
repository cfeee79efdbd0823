/**
 * What a connection is sent in one turn of the event loop goes out together: an acknowledgement, the update that it
 * is for, and those of others would each cost a call of the system, which is most of what sending costs.
 */
import type { Duplex } from 'node:stream';

/** @returns to be called before something is written: holds it, and what follows, until the end of the turn */
export function createCorking(): (wire: Duplex) => void {
  const corked = new Set<Duplex>();
  const release = () => {
    const held = [...corked];
    corked.clear();
    for (const wire of held) wire.uncork();
  };
  return (wire) => {
    if (corked.has(wire)) return;
    if (corked.size === 0) setImmediate(release);
    corked.add(wire);
    wire.cork();
  };
}
