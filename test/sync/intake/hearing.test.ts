/** The hearing of what a client sent: what is found out before it is decided, and when it ends. */
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { NO_ROWS } from '../../../src/documents/base.ts';
import { decodeUpdate, MalformedUpdate, type DecodedUpdate } from '../../../src/documents/update.ts';
import { hear, type Opened } from '../../../src/sync/intake/hearing.ts';
import { fromNothing } from '../../documents/made-up-update.ts';
import { updates } from './updates.ts';

/** An update that is read already, which comes as its bytes; the slices of one; or bytes. */
type Frame = readonly DecodedUpdate[] | Uint8Array;

const asItCame = (frame: Frame) => (frame instanceof Uint8Array || frame.length > 1 ? frame : frame[0]!.bytes);

/** A document that is open, of whose log there is nothing more to read. @param bound whose every client id is; @param now ms */
function opened({
  shown = false,
  bound = null,
  now = () => 0,
}: { shown?: boolean; bound?: string | null; now?: () => number } = {}) {
  const document = new Y.Doc();
  const asked: string[] = [];
  const owners = new Map<number, string>();
  const behind: Uint8Array[] = [];
  let closed = false;
  const replica = {
    diagram: 'd',
    base: () => NO_ROWS,
    closed: () => closed,
    owners,
    catchUp: async () => void asked.push('catch up'),
    reach: async () => {},
    settle: () => behind.splice(0).forEach((update) => Y.applyUpdate(document, update)),
    exceeds: () => false,
    portionsFor: async () => null,
    async lookUp(clients: Iterable<number>) {
      asked.push(`look up ${[...clients]}`);
      for (const client of clients) if (bound) owners.set(client, bound);
    },
    async claim(person: string, clients: ReadonlySet<number>) {
      asked.push(`claim ${[...clients]}`);
      if (!closed) for (const client of clients) owners.set(client, person);
    },
  };
  const standing = () => ({ person: { id: 'ann' }, permissions: 'writer', epoch: 1 }) as ReturnType<Opened['standing']>;
  const heard = async (...run: readonly Frame[]) => {
    const target = { document, replica, standing, isShownByAnother: () => shown };
    const hearing = await hear(target, run.map(asItCame), () => true, now);
    return hearing && hearing.verdicts.map(({ kind }) => kind);
  };
  return { document, behind, owners, asked, heard, close: () => void (closed = true), closeOn: replica };
}

it('AC6 a client id that somebody else shows is theirs, though nobody has written with it', async () => {
  const theirs = opened({ shown: true });
  expect([await theirs.heard(updates(1)), theirs.asked]).toEqual([['foreign'], ['look up 7']]);
  const free = opened();
  expect([await free.heard(updates(1)), free.asked]).toEqual([['complete'], ['claim 7']]);
});

it('DO4 who has written with a client id writes with it again, whoever shows it', async () => {
  const mine = opened({ shown: true, bound: 'ann' });
  expect([await mine.heard(updates(1)), mine.asked]).toEqual([['complete'], ['look up 7']]);
});

it('DO4 the log is read once before anything is held against somebody, and not for what brings nothing', async () => {
  const [first, second] = updates(2) as [DecodedUpdate, DecodedUpdate];
  const gap = opened();
  expect([await gap.heard([second]), gap.asked]).toEqual([['gap'], ['catch up']]);
  const known = opened();
  Y.applyUpdate(known.document, first.bytes);
  expect([await known.heard([first]), known.asked]).toEqual([['nothing'], []]);
});

it('AC6 nothing is claimed for what is refused: client ids would be taken, though nobody wrote with them', async () => {
  const { owners, heard, asked } = opened();
  owners.set(1, 'bob');
  expect(await heard(updates(1), [decodeUpdate(fromNothing(1, 1))])).toEqual(['complete', 'foreign']);
  expect(asked).toEqual(['catch up']);
});

it('DO4 what cannot be read is found out before anything of its run is claimed', async () => {
  const { heard, asked } = opened();
  await expect(heard(updates(1), new Uint8Array([255]))).rejects.toThrow(MalformedUpdate);
  expect(asked).toEqual([]);
});

it('DO4 it is judged by a document that has all that its node has heard of', async () => {
  const [first, second] = updates(2) as [DecodedUpdate, DecodedUpdate];
  const { behind, heard, asked } = opened();
  behind.push(first.bytes);
  expect([await heard([first]), await heard([second]), asked]).toEqual([['nothing'], ['complete'], ['claim 7']]);
});

it('DO4 what comes after slices that are not complete is judged without them', async () => {
  const [first, second, third] = updates(3) as [DecodedUpdate, DecodedUpdate, DecodedUpdate];
  expect(await opened().heard([first, third], [second])).toEqual(['gap']);
});

it('DO4 what makes Yjs walk far is the last of its run: the next turn is for others', async () => {
  const { document, heard } = opened();
  Y.applyUpdate(document, fromNothing(1, 150_000));
  const run = [2, 3, 4].map((client) => [decodeUpdate(fromNothing(client, 1))]);
  expect(await heard(...run)).toEqual(['complete', 'complete']);
});

it('NO1 frames that take long together are heard one after the other: the next turn is for others', async () => {
  let time = 0;
  const { heard } = opened({ now: () => (time += 8) });
  expect(await heard(...updates(5).map((update) => [update]))).toEqual(['complete', 'complete', 'complete']);
});

it('NO1 of a document that ends meanwhile nothing is found', async () => {
  const { heard, closeOn, close } = opened();
  closeOn.claim = async () => close();
  expect(await heard(updates(1))).toBeNull();
});
