/**
 * What a connection is sent in one turn of the event loop goes out together: an acknowledgement, the update that it
 * is for, and those of others would each cost a call of the system, which is most of what sending costs.
 */
import type { Duplex } from 'node:stream';

/**
 * To be called before something is written: holds it, and what follows, until the end of the turn.
 * @param released called when it has been let go: only what is not sent then is what the network does not take
 */
export type Cork = (wire: Duplex, released: () => void) => void;

export function createCorking(): Cork {
  const corked = new Map<Duplex, () => void>();
  const release = () => {
    const held = [...corked];
    corked.clear();
    for (const [wire, released] of held) {
      wire.uncork();
      released();
    }
  };
  return (wire, released) => {
    if (corked.has(wire)) return;
    if (corked.size === 0) setImmediate(release);
    corked.set(wire, released);
    wire.cork();
  };
}
