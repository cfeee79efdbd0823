/**
 * Editors who type on, whatever happens, each under keys of its own that are never used twice. Each remembers what it
 * has sent, and what it was told is saved: everything that it had made when its provider's counter was last at zero.
 */
import type { Chance } from '../support/seeded.ts';
import type { Client } from '../support/provider.ts';

export interface Editor {
  readonly client: Client;
  readonly sent: ReadonlySet<string>;
  readonly acknowledged: ReadonlySet<string>;
  /** Makes one edit, of one key or several. */
  type(): void;
}

export function createEditor(name: string, client: Client, chance: Chance): Editor {
  const sent = new Set<string>();
  const acknowledged = new Set<string>();
  client.provider.on('unsyncedChanges', ({ number }: { number: number }) => {
    if (number === 0) for (const key of sent) acknowledged.add(key);
  });
  const set = () => {
    const key = `${name}:${sent.size}`;
    sent.add(key);
    client.cells.set(key, chance.once(20) ? 'x'.repeat(5000) : sent.size);
  };
  return {
    client,
    sent,
    acknowledged,
    type() {
      const several = chance.once(5) ? 1 + chance.below(10) : 1;
      client.document.transact(() => {
        for (let count = 0; count < several; count += 1) set();
      });
    },
  };
}
