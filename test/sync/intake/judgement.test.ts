/** The decision on what a client sent, given a document. */
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { replayRow } from '../../../src/documents/replaying.ts';
import { joinUpdates } from '../../../src/documents/row.ts';
import { encodeUpdate } from '../../../src/documents/slicing.ts';
import { decodeUpdate, type DecodedUpdate, type Range } from '../../../src/documents/update.ts';
import { createJudge, hearSlices } from '../../../src/sync/intake/judgement.ts';
import { CLIENT, updates } from './updates.ts';

const MINE = new Map([[CLIENT, 'ann']]);
const WRITER = { person: 'ann', mayWrite: true };

function documentOf(...known: DecodedUpdate[]): Y.Doc {
  const document = new Y.Doc();
  for (const { bytes } of known) Y.applyUpdate(document, bytes);
  return document;
}

it('DO4 a frame may build on those of its run, and has a gap without them', () => {
  const [first, second, third] = updates(3) as [DecodedUpdate, DecodedUpdate, DecodedUpdate];
  const judge = createJudge(new Y.Doc(), WRITER, MINE);
  expect([first, second, third].map((update) => judge.hear(update).kind)).toEqual(['complete', 'complete', 'complete']);
  expect(createJudge(documentOf(first), WRITER, MINE).hear(third).kind).toBe('gap');
});

it('DO4 what others bring while a run is judged counts too', () => {
  const [first, second, third] = updates(3) as [DecodedUpdate, DecodedUpdate, DecodedUpdate];
  const document = new Y.Doc();
  const judge = createJudge(document, WRITER, MINE);
  expect(judge.hear(first).kind).toBe('complete');
  for (const { bytes } of [first, second]) Y.applyUpdate(document, bytes); // between two slices
  expect(judge.hear(third).kind).toBe('complete');
});

it('AC2 a reader is refused what is new, and not what the document has already', () => {
  const [first, second] = updates(2) as [DecodedUpdate, DecodedUpdate];
  const judge = createJudge(documentOf(first), { ...WRITER, mayWrite: false }, MINE);
  expect([first, second].map((update) => judge.hear(update).kind)).toEqual(['nothing', 'forbidden']);
});

it('AC2 a reader whose page tidies up a formatted text is not refused; one who takes a format away is', () => {
  const [one, two, page, document] = [new Y.Doc(), new Y.Doc(), new Y.Doc(), new Y.Doc()];
  const textOf = (of: Y.Doc) => of.getMap<Y.Text>('cells').get('text')!;
  one.getMap('cells').set('text', new Y.Text('plain '));
  textOf(one).insert(6, 'bold ', { bold: true });
  textOf(one).insert(11, 'xy', { bold: null, italic: true });
  Y.applyUpdate(two, Y.encodeStateAsUpdate(one));
  textOf(one).delete(11, 1);
  textOf(two).delete(12, 1);
  const log = [one, two].map((of) => Y.encodeStateAsUpdate(of));
  replayRow(document, { seq: 1, bytes: joinUpdates(log) });
  const sent: DecodedUpdate[] = [];
  page.on('update', (update: Uint8Array, origin) => origin === 'log' || sent.push(decodeUpdate(update)));
  for (const update of log) Y.applyUpdate(page, update, 'log');
  const heard = (update: DecodedUpdate) =>
    createJudge(document, { ...WRITER, mayWrite: false }, MINE).hear(update).kind;
  expect(sent.map(heard)).toEqual(['nothing']);

  const signs = one.store.clients
    .get(one.clientID)!
    .filter((struct) => struct instanceof Y.Item && struct.content instanceof Y.ContentFormat);
  const ranges = signs.map(({ id, length }) => ({ clock: id.clock, len: length }));
  const taken = (some: Range[]) => decodeUpdate(encodeUpdate([], new Map([[one.clientID, some]])));
  expect(heard(taken(ranges.slice(0, 1)))).toBe('forbidden');
  expect(heard(taken(ranges))).toBe('forbidden');
});

it('DO4 slices that bring nothing are nothing together', async () => {
  const all = updates(2);
  const verdict = await hearSlices(createJudge(documentOf(...all), WRITER, MINE), all, () => Promise.resolve());
  expect(verdict.kind).toBe('nothing');
});
