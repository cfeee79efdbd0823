/** The unsaved counter stays exact while edits go out together: which frames leave when, on a socket that the test plays. */
import * as decoding from 'lib0/decoding';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { StockProvider } from '../../src/client/live/stock-provider.ts';
import { StockSocket } from '../../src/client/live/stock-socket.ts';
import { trackUnsaved, type Unsaved } from '../../src/client/live/unsaved.ts';
import { PlayedSocket } from './played.ts';
import { pause } from '../support/patience.ts';

let socket: StockSocket;
let provider: StockProvider;
let document: Y.Doc;
let unsaved: Unsaved;
let counts: number[];
const COPY = { copy: true };

beforeEach(() => {
  PlayedSocket.made = [];
  counts = [];
  document = new Y.Doc();
  socket = new StockSocket(PlayedSocket, { url: 'ws://server.example' });
  provider = new StockProvider(socket, { name: 'd', document, token: 'a token' });
  unsaved = trackUnsaved({
    document,
    provider,
    isCopy: (origin) => origin === COPY,
    changed: (count) => counts.push(count),
  });
  provider.attach();
  void socket.connect();
});
afterEach(() => {
  unsaved.stop();
  provider.destroy();
  socket.destroy();
});

const FRAMES = ['step1', 'step2', 'update'];
/** What the client has sent, apart from awareness. */
function sent(): string[] {
  return PlayedSocket.last.sent.flatMap((bytes) => {
    if (bytes.byteLength === 1) return ['pong'];
    const decoder = decoding.createDecoder(bytes);
    decoding.readVarString(decoder);
    const type = decoding.readVarUint(decoder);
    if (type === 2) return ['token'];
    return type === 0 ? [FRAMES[decoding.readVarUint(decoder)]!] : [];
  });
}
const edit = (value: number) => document.getMap('cells').set('a', value);
/** The server takes the connection, and speaks a moment later. */
async function open(): Promise<void> {
  PlayedSocket.last.take();
  await settle();
  PlayedSocket.last.speak();
  await settle();
}
/** Longer than edits are kept to go out together. */
const soon = () => pause(60);
const settle = () => new Promise<void>((resolve) => setTimeout(resolve));

describe('SD5 an edit goes out', () => {
  it('together with the others of its moment, as one frame that earns one acknowledgement', async () => {
    await open();
    provider.decrementUnsyncedChanges();
    for (let value = 0; value < 50; value += 1) edit(value);
    expect([provider.unsyncedChanges, unsaved.count]).toEqual([1, 50]);
    await soon();
    expect(sent()).toEqual(['token', 'step1', 'pong', 'update']);
    provider.decrementUnsyncedChanges();
    expect(unsaved.count).toBe(0);
  });

  it('at once, before the handshake that holds it too, if it waited when the socket opened', async () => {
    edit(1);
    await open();
    await soon();
    expect(sent()).toEqual(['update', 'token', 'step1', 'pong']);
    expect(provider.unsyncedChanges).toBe(1);
  });

  it('after the answer to the server’s first word, if it was made before that: else it would earn nothing', async () => {
    PlayedSocket.last.take();
    await settle();
    edit(1);
    await soon();
    expect(sent()).toEqual(['token', 'step1']);
    PlayedSocket.last.speak();
    await settle();
    expect(sent()).toEqual(['token', 'step1', 'pong', 'update']);
    expect(provider.unsyncedChanges).toBe(2);
  });
});

describe('SD5 what counts', () => {
  it('is what was made here, not what came from the server or from a copy on this device', () => {
    const other = new Y.Doc();
    other.getMap('cells').set('b', 1);
    const update = Y.encodeStateAsUpdate(other);
    Y.applyUpdate(document, update, provider);
    Y.applyUpdate(document, Y.encodeStateAsUpdate(new Y.Doc()), COPY);
    expect(unsaved.count).toBe(0);
    edit(1);
    Y.applyUpdate(document, Y.encodeStateAsUpdate(document), COPY);
    expect(unsaved.count).toBe(1);
    unsaved.restore(2);
    expect(counts).toEqual([1, 3]);
  });

  it('and so do the cells that were touched; of one that is gone the id', () => {
    const cells = document.getMap<Y.Map<unknown>>('cells');
    cells.set('a', new Y.Map(Object.entries({ z: 1 })));
    cells.set('b', new Y.Map(Object.entries({ z: 2 })));
    cells.get('a')!.set('label', 'A');
    cells.delete('b');
    expect(unsaved.cells()).toEqual([
      { id: 'a', z: 1, label: 'A' },
      { id: 'b', deleted: true },
    ]);
    provider.decrementUnsyncedChanges();
    expect(unsaved.cells()).toEqual([]);
  });

  it('of an earlier page brings all cells, because nobody knows which those were, until they are saved', () => {
    const kept = new Y.Doc();
    for (const id of ['a', 'b']) kept.getMap('cells').set(id, new Y.Map(Object.entries({ z: 1 })));
    Y.applyUpdate(document, Y.encodeStateAsUpdate(kept), COPY);
    unsaved.restore(0);
    expect(unsaved.cells()).toEqual([]);
    unsaved.restore(2);
    document.getMap('cells').delete('b');
    expect(unsaved.cells()).toEqual([
      { id: 'a', z: 1 },
      { id: 'b', deleted: true },
    ]);
    unsaved.forget();
    document.getMap('cells').set('c', new Y.Map());
    expect(unsaved.cells()).toEqual([{ id: 'c' }]);
  });

  it('of an earlier page counts before anything has answered', () => {
    unsaved.restore(2);
    expect(unsaved.count).toBe(2);
  });

  it('of an earlier page does not count where the server has everything by the time it is told', () => {
    provider.incrementUnsyncedChanges();
    provider.decrementUnsyncedChanges();
    unsaved.restore(2);
    expect([unsaved.count, counts]).toEqual([0, []]);
    edit(1);
    unsaved.restore(2);
    expect(unsaved.count).toBe(3);
  });
});
