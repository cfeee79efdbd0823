/** What no honest client writes: whatever is let into the log can be applied, everywhere, and means the same to all. */
import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { advance } from '../../src/documents/causality.ts';
import { replay, replayRow } from '../../src/documents/replaying.ts';
import { joinUpdates } from '../../src/documents/row.ts';
import { encodeUpdate, sliced } from '../../src/documents/slicing.ts';
import {
  bringsNothing,
  decodeUpdate,
  MalformedUpdate,
  stateOf,
  type DecodedUpdate,
} from '../../src/documents/update.ts';
import { work } from '../../src/documents/work.ts';
import { createJudge, hearSlices } from '../../src/sync/intake/judgement.ts';
import { seeded } from '../support/seeded.ts';
import { madeUpUpdate } from './made-up-update.ts';

/** Some in `npm test`; `HOSTILE_UPDATES=1000000` on demand. */
const UPDATES = Number(process.env.HOSTILE_UPDATES ?? 40_000);

const AUTHOR = { person: 'ann', mayWrite: true };
/** All client ids are hers. */
const OWNERS = { get: () => 'ann' } as unknown as ReadonlyMap<number, string>;

/** What an update would go into the log as, null if it is refused, or nothing. */
function judged(document: Y.Doc, bytes: Uint8Array): DecodedUpdate | null {
  try {
    const verdict = createJudge(document, AUTHOR, OWNERS).hear(decodeUpdate(bytes));
    return verdict.kind === 'complete' ? decodeUpdate(verdict.updates[0]!) : null;
  } catch (error) {
    if (error instanceof MalformedUpdate) return null;
    throw error;
  }
}

const contentOf = (document: Y.Doc) => document.getMap('cells').toJSON();

it('DO4 whatever is let in can be applied as a whole, and a fresh copy is the same', () => {
  const chance = seeded(1);
  let taken = 0;
  let document = new Y.Doc();
  for (let count = 0; count < UPDATES; count += 1) {
    if (count % 60 === 0) document = new Y.Doc();
    const sent = madeUpUpdate(document, chance);
    const update = judged(document, sent);
    if (!update) continue;
    taken += 1;
    const late = new Y.Doc(); // another node has logged the beginning meanwhile
    if (update.bytes.byteLength < sent.byteLength && advance(decodeUpdate(sent), stateOf(document))) {
      Y.applyUpdate(late, Y.encodeStateAsUpdate(document));
      replayRow(late, { seq: count, bytes: joinUpdates([sent]) });
    }
    replayRow(document, { seq: count, bytes: joinUpdates([update.bytes]) }); // throws if it cannot be, or leaves a gap
    expect(bringsNothing(document, update)).toBe(true);
    const copy = new Y.Doc();
    const state = decodeUpdate(Y.encodeStateAsUpdate(document));
    for (const slice of sliced(state)) Y.applyUpdate(copy, slice);
    expect(Y.equalSnapshots(Y.snapshot(copy), Y.snapshot(document)), `update ${count}`).toBe(true);
    expect(contentOf(copy)).toEqual(contentOf(document));
  }
  expect(taken).toBeGreaterThan(UPDATES / 80);
});

describe('DO4 is refused', () => {
  const bytes = (...numbers: number[]) =>
    encoding.encode((encoder) => numbers.forEach((number) => encoding.writeVarUint(encoder, number)));
  const refused = (update: Uint8Array, document = new Y.Doc()) => expect(judged(document, update)).toBeNull();

  it('a client twice, of which Yjs would read only the second', () => {
    refused(bytes(2, 1, 7, 0, 0, 2, 1, 7, 2, 0, 2, 0));
  });

  it('an empty deletion, which Yjs would keep for later for ever', () => {
    refused(bytes(0, 1, 7, 1, 0, 0));
  });

  it('deletions that overlap, which take quadratic time', () => {
    refused(bytes(0, 1, 7, 2, 0, 5, 3, 5));
  });

  it('a struct that names itself or what comes after it, without waiting for ever', () => {
    const item = (origin: number) => bytes(1, 1, 7, 0, 0x88, 7, origin, 1, 125, 0);
    refused(item(0));
    refused(item(5));
  });

  it('two that name each other', () => {
    const structs = (client: number, other: number) => [1, client, 0, 0x88, other, 0, 1, 125];
    refused(bytes(2, ...structs(9, 7), ...structs(7, 9), 0));
  });

  it('what stands between, or right of, values of keys', () => {
    const document = new Y.Doc();
    document.clientID = 7;
    document.getMap('cells').set('a', 1); // 7 0
    const element = document.getXmlFragment('page').insert(0, [new Y.XmlElement('p')]) as unknown as null;
    expect(element ?? Y.getState(document.store, 7)).toBe(2);
    (document.getXmlFragment('page').get(0) as Y.XmlElement).insert(0, [new Y.XmlText()]); // 7 2
    (document.getXmlFragment('page').get(0) as Y.XmlElement).setAttribute('b', 'c'); // 7 3
    const between = (left: number | null, right: number) => {
      const [origin, rightOrigin] = [left === null ? null : Y.createID(7, left), Y.createID(7, right)];
      const item = new Y.Item(Y.createID(9, 0), null, origin, null, rightOrigin, null, null, new Y.ContentAny([1]));
      return encodeUpdate([item], new Map());
    };
    refused(between(null, 0), document);
    refused(between(2, 3), document);
    expect(judged(document, between(null, 2))).not.toBeNull();
  });

  it('the same key set again and again from nothing, which takes quadratic time', () => {
    const update = encoding.encode((encoder) => {
      for (const number of [1, 2000, 7, 0]) encoding.writeVarUint(encoder, number);
      for (let struct = 0; struct < 2000; struct += 1) {
        encoding.writeUint8(encoder, 0x28);
        encoding.writeVarUint(encoder, 1);
        encoding.writeVarString(encoder, 'cells');
        encoding.writeVarString(encoder, 'a');
        encoding.writeVarUint(encoder, 1);
        encoding.writeAny(encoder, struct);
      }
      encoding.writeVarUint(encoder, 0);
    });
    refused(update);
  });

  it.each([{ a: 1 }, [], null, Uint8Array.of(1)])(
    'a value that is given the prototype %s, which Yjs might not be able to write again',
    (prototype) => {
      const spoilt = Object.defineProperty({}, '__proto__', { value: prototype, enumerable: true });
      for (const value of [spoilt, [{ inner: spoilt }]]) {
        const document = new Y.Doc();
        document.getMap('cells').set('a', value);
        refused(Y.encodeStateAsUpdate(document));
      }
      const text = new Y.Doc();
      text.getText('text').insertEmbed(0, { ...spoilt });
      refused(Y.encodeStateAsUpdate(text));
    },
  );

  it('root types without bound, among which Yjs looks for a name at each struct that it writes', () => {
    const roots = (client: number, count: number) => {
      const document = Object.assign(new Y.Doc(), { clientID: client });
      for (let root = 0; root < count; root += 1) document.getArray(`${client} ${root}`).insert(0, [root]);
      return Y.encodeStateAsUpdate(document);
    };
    refused(roots(7, 65));
    const judge = createJudge(new Y.Doc(), AUTHOR, OWNERS);
    const run = [roots(7, 60), roots(8, 4), roots(7, 60), roots(9, 1)];
    expect(run.map((update) => judge.hear(decodeUpdate(update)).kind)).toEqual([
      'complete',
      'complete',
      'complete',
      'foreign',
    ]);
    const log = new Y.Doc();
    Y.applyUpdate(log, judged(log, roots(7, 64))!.bytes);
    refused(roots(8, 1), log);
    log.getArray('7 0').insert(1, [1]);
    expect(judged(new Y.Doc(), Y.encodeStateAsUpdate(log))).not.toBeNull();
    const part = { head: 0, snapshot: null, rows: [] };
    expect(work.submission(part, roots(7, 65), Infinity)).toEqual({ kind: 'misplaced' });
  });

  it('types nested so deep that whoever deletes the outermost overflows the stack', () => {
    const document = new Y.Doc();
    let inner = document.getMap<unknown>('cells');
    const levels: Uint8Array[] = [];
    document.on('update', (update: Uint8Array) => levels.push(update));
    for (let depth = 0; depth < 150; depth += 1) inner = inner.set('deeper', new Y.Map());
    const log = new Y.Doc();
    const taken = levels.findIndex((update) => {
      const good = judged(log, update);
      if (good) Y.applyUpdate(log, good.bytes);
      return !good;
    });
    expect(taken).toBe(100);
    refused(Y.encodeStateAsUpdate(document));
  });

  it('types nested too deep also where a run repeats a part of what it brought', () => {
    const document = new Y.Doc();
    let inner = document.getMap<unknown>('cells');
    const deeper = (levels: number) => {
      const before = Y.encodeStateVector(document);
      for (let level = 0; level < levels; level += 1) inner = inner.set('deeper', new Y.Map());
      return Y.encodeStateAsUpdate(document, before);
    };
    const beginning = deeper(10);
    const run = [Y.mergeUpdates([beginning, deeper(50)]), beginning, deeper(40), beginning, deeper(1)];
    const judge = createJudge(new Y.Doc(), AUTHOR, OWNERS);
    const kinds = run.map((update) => judge.hear(decodeUpdate(update)).kind);
    expect(kinds).toEqual(['complete', 'complete', 'complete', 'complete', 'foreign']);
  });
});

describe('DO4 honest oddities are taken', () => {
  it('a struct of which the log has a part, also when that was deleted for good', () => {
    const client = new Y.Doc();
    client.clientID = 7;
    const cell = client.getMap<Y.Array<number>>('cells').set('a', new Y.Array<number>());
    cell.push([1, 2]);
    const log = new Y.Doc();
    Y.applyUpdate(log, Y.encodeStateAsUpdate(client));
    log.getMap('cells').delete('a'); // by somebody else, meanwhile
    cell.push([3, 4]);
    const whole = Y.encodeStateAsUpdate(client);
    const update = judged(log, whole)!;
    replayRow(log, { seq: 1, bytes: joinUpdates([update.bytes]) });
    expect(stateOf(log)(7)).toBe(stateOf(client)(7));
    expect(contentOf(log)).toEqual({});
  });

  it.each(['before', 'after'])(
    'text beside what was deleted for good, and a key %s that, all in one update',
    (place) => {
      const [other, client, offline] = [8, 7, 9].map((clientID) => Object.assign(new Y.Doc(), { clientID })) as [
        Y.Doc,
        Y.Doc,
        Y.Doc,
      ];
      const cells = client.getMap<unknown>('cells');
      other.getMap<Y.Map<Y.Text>>('cells').set('a', new Y.Map<Y.Text>()).set('text', new Y.Text());
      Y.applyUpdate(client, Y.encodeStateAsUpdate(other));
      if (place === 'before') cells.set('b', 1);
      (cells.get('a') as Y.Map<Y.Text>).get('text')!.insert(0, 'of the client');
      if (place === 'after') cells.set('b', 1);
      Y.applyUpdate(offline, Y.encodeStateAsUpdate(client));
      offline.getMap<Y.Map<Y.Text>>('cells').get('a')!.get('text')!.insert(13, ', and more');
      const typed = Y.encodeStateAsUpdate(offline, Y.encodeStateVector(client));
      cells.delete('a');
      const update = judged(new Y.Doc(), Y.mergeUpdates([Y.encodeStateAsUpdate(client), typed]));
      const log = new Y.Doc();
      replayRow(log, { seq: 1, bytes: joinUpdates([update!.bytes]) });
      expect(contentOf(log)).toEqual({ b: 1 });
    },
  );

  it('values of a key that were overwritten and kept, which become one struct', () => {
    const client = new Y.Doc({ gc: false });
    for (let value = 0; value < 5; value += 1) client.getMap('cells').set('a', value);
    const update = judged(new Y.Doc(), Y.encodeStateAsUpdate(client))!;
    const log = new Y.Doc();
    replay(log, { head: 1, snapshot: null, rows: [{ seq: 1, bytes: joinUpdates([update.bytes]) }] });
    expect(contentOf(log)).toEqual({ a: 4 });
  });
});

it.each([true, false])('DO4 overwritten values of a key are taken in slices too, with collection %s', async (gc) => {
  const client = new Y.Doc({ gc });
  for (let value = 0; value < 1200; value += 1) client.getMap('cells').set('a', value);
  for (let z = 0; z < 600; z += 1) client.getMap('cells').set(`c${z}`, z);
  const slices = sliced(decodeUpdate(Y.encodeStateAsUpdate(client))).map(decodeUpdate);
  expect(slices.length).toBeGreaterThan(1);
  const verdict = await hearSlices(createJudge(new Y.Doc(), AUTHOR, OWNERS), slices, async () => {});
  expect(verdict.kind).toBe('complete');
});

it('DO4 a frame in slices is judged as one: all of it or nothing, and what comes after waits', async () => {
  const client = new Y.Doc();
  client.clientID = 7;
  client.getMap('cells').set('a', 1);
  const first = decodeUpdate(Y.encodeStateAsUpdate(client));
  const before = Y.encodeStateVector(client);
  client.getMap('cells').set('b', 2);
  const second = decodeUpdate(Y.encodeStateAsUpdate(client, before));
  const author = { person: 'ann', mayWrite: true };
  const judge = createJudge(new Y.Doc(), author, new Map([[7, 'ann']]));
  const verdict = await hearSlices(judge, [first, second], async () => {});
  expect(verdict).toEqual({ kind: 'complete', updates: [first.bytes, second.bytes] });
  const gap = createJudge(new Y.Doc(), author, new Map([[7, 'ann']]));
  expect(await hearSlices(gap, [second, first], async () => {})).toEqual({ kind: 'gap' });
});
