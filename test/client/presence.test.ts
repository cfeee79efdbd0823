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

  server.states.set(awareness.clientID, { user, selection: ['shop'], cursor: { x: 5, y: 6 } });
  server.meta.set(awareness.clientID, { clock: 1_000_002, lastUpdated: 0 });
  applyAwarenessUpdate(awareness, encodeAwarenessUpdate(server, [awareness.clientID]), 'server');
  expect(awareness.meta.get(awareness.clientID)?.clock).toBe(1_000_002); // that says what I do: there is nothing to add
  awareness.destroy();
  server.destroy();
});

it('AC6 what I show myself says nothing of the others: their list stays as it is', () => {
  const awareness = new Awareness(new Y.Doc());
  const [changed, states] = [vi.fn(), vi.fn()];
  const presence = createPresence({ awareness } as HocuspocusProvider, { changed, states });
  const other = new Awareness(new Y.Doc());
  other.setLocalState({ participant: { user_id: 'grace@firm.example' }, user: { name: 'Grace', color: '#000000' } });
  applyAwarenessUpdate(awareness, encodeAwarenessUpdate(other, [other.clientID]), 'server');
  const { others } = presence;
  presence.set({ cursor: { x: 5, y: 6 } });
  expect(changed).toHaveBeenCalledTimes(1);
  expect(presence.others).toBe(others);
  expect(others.map(({ name }) => name)).toEqual(['Grace']);
  expect([...(states.mock.calls[0]![0] as Iterable<unknown>)]).toContainEqual(other.getLocalState());
  removeAwarenessStates(awareness, [other.clientID], 'server');
  expect(presence.others).toEqual([]);
  awareness.destroy();
  other.destroy();
});

it('AC6 of what others show only that is shown which is what it should be, whatever they have sent', () => {
  const awareness = new Awareness(new Y.Doc());
  const presence = createPresence({ awareness } as HocuspocusProvider, { changed() {}, states() {} });
  const server = new Awareness(new Y.Doc());
  const participant = { user_id: 'grace@firm.example' };
  const user = { name: 'Grace', color: '#000000' };
  const shown = [
    { participant, user, cursor: 'here', selection: 'shop', viewport: { x: 1, y: 2 } },
    { participant, user, cursor: { x: '1', y: 2 }, selection: ['shop', 7], viewport: { x: 1, y: 2, zoom: 1 } },
    { participant, user: { name: 'Grace' } },
    { participant, user: { color: '#000000' } },
    { user },
  ];
  const ids = shown.map((state, at) => {
    server.states.set(at + 1, state);
    server.meta.set(at + 1, { clock: 1, lastUpdated: 0 });
    return at + 1;
  });
  applyAwarenessUpdate(awareness, encodeAwarenessUpdate(server, ids), 'server');
  const known = { user_id: 'grace@firm.example', ...user, cursor: null };
  expect(presence.others).toEqual([
    { clientId: 1, ...known, selection: [], viewport: null },
    { clientId: 2, ...known, selection: ['shop'], viewport: { x: 1, y: 2, zoom: 1 } },
  ]);
  awareness.destroy();
  server.destroy();
});

it('AC6 what an editor plug-in sets on the entry itself is mine like what is set here, and survives the server’s word', () => {
  const awareness = new Awareness(new Y.Doc());
  const presence = createPresence({ awareness } as HocuspocusProvider, { changed() {}, states() {} });
  presence.set({ selection: ['shop'] });
  const cursor = { anchor: { type: null, tname: 'label', item: null, assoc: 0 } };
  const plugin = vi.fn(() => {
    if (plugin.mock.calls.length < 10 && !awareness.getLocalState()?.cursor)
      awareness.setLocalStateField('cursor', cursor);
  });
  awareness.on('change', plugin);
  awareness.setLocalStateField('cursor', cursor);
  expect(awareness.getLocalState()).toEqual({ cursor, selection: ['shop'] });
  expect(plugin).toHaveBeenCalledTimes(1);

  const server = new Awareness(new Y.Doc());
  const stamp = (state: object) => {
    server.states.set(awareness.clientID, state);
    server.meta.set(awareness.clientID, { clock: awareness.meta.get(awareness.clientID)!.clock + 1, lastUpdated: 0 });
    applyAwarenessUpdate(awareness, encodeAwarenessUpdate(server, [awareness.clientID]), 'server');
  };
  stamp({ user: { name: 'Grace', color: '#000000' }, selection: ['shop'] });
  expect(awareness.getLocalState()).toEqual({ cursor, selection: ['shop'] });
  presence.set({ selection: [] });
  expect(awareness.getLocalState()).toEqual({ cursor, selection: [] });

  awareness.off('change', plugin);
  awareness.setLocalState(null);
  stamp({ cursor });
  presence.renew();
  expect(awareness.getLocalState()).toBeNull();
  presence.set({ selection: ['bank'] });
  expect(awareness.getLocalState()).toEqual({ selection: ['bank'] });
  awareness.destroy();
  server.destroy();
});
