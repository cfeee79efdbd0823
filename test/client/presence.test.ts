/** What somebody shows of themselves while the server says who they are. */
import type { HocuspocusProvider } from '@hocuspocus/provider';
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import { expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { createPresence } from '../../src/client/live/presence.ts';

it('AC6 what is set while the server’s word on who I am is on its way is not lost to it, and said once more', () => {
  const awareness = new Awareness(new Y.Doc());
  const presence = createPresence({ awareness } as HocuspocusProvider, { changed() {}, states() {} });
  presence.set({});
  const server = new Awareness(new Y.Doc());
  applyAwarenessUpdate(server, encodeAwarenessUpdate(awareness, [awareness.clientID]), 'client');
  presence.set({ cursor: { x: 5, y: 6 }, selection: ['shop'] });

  const user = { name: 'Grace', color: '#000000' };
  server.states.set(awareness.clientID, { user });
  server.meta.set(awareness.clientID, { clock: 1_000_000, lastUpdated: 0 });
  applyAwarenessUpdate(awareness, encodeAwarenessUpdate(server, [awareness.clientID]), 'server');

  expect(awareness.getLocalState()).toEqual({ cursor: { x: 5, y: 6 }, selection: ['shop'] });
  expect(awareness.meta.get(awareness.clientID)?.clock).toBe(1_000_001);
  awareness.destroy();
  server.destroy();
});

it('AC6 what I show myself says nothing of the others: their list stays as it is', () => {
  const awareness = new Awareness(new Y.Doc());
  const changed = vi.fn();
  const presence = createPresence({ awareness } as HocuspocusProvider, { changed, states() {} });
  const other = new Awareness(new Y.Doc());
  other.setLocalState({ participant: { user_id: 'grace@firm.example' }, user: { name: 'Grace', color: '#000000' } });
  applyAwarenessUpdate(awareness, encodeAwarenessUpdate(other, [other.clientID]), 'server');
  const { others } = presence;
  presence.set({ cursor: { x: 5, y: 6 } });
  expect(changed).toHaveBeenCalledTimes(1);
  expect(presence.others).toBe(others);
  expect(others.map(({ name }) => name)).toEqual(['Grace']);
  removeAwarenessStates(awareness, [other.clientID], 'server');
  expect(presence.others).toEqual([]);
  awareness.destroy();
  other.destroy();
});
