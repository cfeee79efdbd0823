/** The record of a large document: what whoever opens it is sent, made anew from the log while it is written to. */
import { pino } from 'pino';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import type { SqlExecutor } from '../../../src/database/database.ts';
import { joinUpdates } from '../../../src/documents/row.ts';
import { createRecord } from '../../../src/sync/replicas/record.ts';
import { NO_STATE } from '../../support/raw-socket.ts';

const LARGE = 1000;
/** More clocks than somebody may lack and still be told of these alone. */
const document = new Y.Doc();
document.getArray('list').insert(
  0,
  Array.from({ length: 30_000 }, () => 0),
);

const rowOf = (seq: number, size: number) => ({ seq, bytes: joinUpdates([new Uint8Array(size).fill(seq)]) });
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A record whose readings of the log are answered by hand, with a head; a snapshot of it is one update. */
function byHand() {
  const readings: ((head: number) => Promise<unknown>)[] = [];
  const query = () =>
    new Promise((resolve) =>
      readings.push((head) => {
        const rows = Array.from({ length: head }, (_, index) => ({ kind: 'row', seq: index + 1, piece: 0, bytes: '' }));
        resolve([{ kind: 'head', seq: head, piece: 0, bytes: null }, ...rows]);
        return turn();
      }),
    );
  const record = createRecord('d', {
    content: { query } as unknown as SqlExecutor,
    workshop: { run: async () => rowOf(99, 1100).bytes as never },
    logger: pino({ level: 'silent' }),
    largeBytes: LARGE,
  });
  const seqs = () => [...record.portionsFor(document, NO_STATE)!].map((update) => update![0]);
  return { record, readings, seqs };
}

it('DO3 what is small is told as Hocuspocus tells it', () => {
  const { record } = byHand();
  record.begin({ head: 1, snapshot: null, rows: [rowOf(1, LARGE - 10)] });
  expect(record.portionsFor(document, NO_STATE)).toBeNull();
});

it('DO3 rows that come while it is made anew are in it once, and it is made anew one time after the other', async () => {
  const { record, readings, seqs } = byHand();
  record.begin({ head: 1, snapshot: null, rows: [rowOf(1, LARGE)] });
  expect(seqs()).toEqual([1]);
  record.add(rowOf(2, 1100)); // twice as much as it was made of
  expect(readings).toHaveLength(0);
  record.renew();
  record.add(rowOf(3, 10)); // in what is read
  record.add(rowOf(4, 10)); // not in it
  record.renew();
  expect(readings).toHaveLength(1);
  await readings[0]!(3);
  expect(seqs()).toEqual([99, 4]);
  record.add(rowOf(5, 2000));
  record.renew();
  expect(readings).toHaveLength(2);
  await readings[1]!(5);
  expect(seqs()).toEqual([99]);
});

it('DO3 it is made anew when it has grown to twice of what it was made of, and not before', async () => {
  const { record, readings } = byHand();
  record.begin({ head: 1, snapshot: null, rows: [rowOf(1, LARGE)] });
  const grown = (seq: number, size: number) => {
    record.add(rowOf(seq, size));
    record.renew();
    return readings.length;
  };
  expect([grown(2, 900), grown(3, 200)]).toEqual([0, 1]);
  await readings[0]!(3); // 1,100 bytes by now
  expect([grown(4, 1000), grown(5, 200)]).toEqual([1, 2]);
});

it('DO3 of a large document somebody who lacks little is told that alone', () => {
  const { record } = byHand();
  record.begin({ head: 1, snapshot: null, rows: [rowOf(1, LARGE)] });
  expect([...record.portionsFor(document, Y.encodeStateVector(document))!]).toEqual([null]);
});

it('NO3 what somebody lacks is not made in one piece if it is large', () => {
  const { record } = byHand();
  record.begin({ head: 1, snapshot: null, rows: [rowOf(1, LARGE)] });
  const told = (size: number) => {
    const few = new Y.Doc();
    few.getMap('cells').set('a', 'x'.repeat(size));
    return [...record.portionsFor(few, NO_STATE)!].map((update) => update!.byteLength);
  };
  expect(told(1_000_000)[0]).toBeGreaterThan(1_000_000);
  expect(told(1_100_000)).toEqual([LARGE]);
});
