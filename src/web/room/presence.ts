/** Which cell each of the others has in hand, told through awareness; the server adds who they are. */
import type { HocuspocusProvider } from '@hocuspocus/provider';

export interface Holder {
  name: string;
  color: string;
}

interface State {
  user?: { name?: unknown; color?: unknown };
  selection?: unknown;
}

export type Presence = ReturnType<typeof createPresence>;

export function createPresence(provider: HocuspocusProvider) {
  const awareness = provider.awareness;
  return {
    /** @param cell the id of the cell in hand here, or null for none */
    hold: (cell: string | null): void => awareness?.setLocalStateField('selection', cell === null ? [] : [cell]),
    /** The others by the id of the cell that they have in hand. */
    holders(): Map<string, Holder> {
      const holders = new Map<string, Holder>();
      for (const [client, state] of awareness?.getStates() ?? []) {
        const { user, selection } = state as State;
        if (client === awareness?.clientID || !Array.isArray(selection)) continue;
        if (typeof user?.name !== 'string' || typeof user.color !== 'string') continue;
        for (const id of selection) holders.set(String(id), { name: user.name, color: user.color });
      }
      return holders;
    },
    watch: (listener: () => void): void => awareness?.on('change', listener),
  };
}
