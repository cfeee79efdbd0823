/** What an intake takes of its node: the bytes that it holds are given back, whatever becomes of it, and others have their turn. */
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { NO_ROWS } from '../../../src/documents/base.ts';
import { createBudget } from '../../../src/budget.ts';
import { LARGE } from '../../../src/documents/pieces.ts';
import { joinUpdates } from '../../../src/documents/row.ts';
import { createIntake } from '../../../src/sync/intake/intake.ts';
import type { SyncLimits } from '../../../src/sync/limits.ts';
import { logger } from '../stage.ts';
import { CLIENT, updates } from './updates.ts';

const ROOM = 1_000_000;
const GARBAGE = Uint8Array.of(1, 2, 3);

/** A writer's intake of an empty document, whose log is never asked to take anything. */
function opened(replica: { catchUp(): Promise<void> }, slices: readonly Uint8Array[] = []) {
  const budget = createBudget(ROOM);
  const closes: number[] = [];
  const document = new Y.Doc();
  const intake = createIntake({
    address: 'a',
    log: { upNext: async () => {} } as never,
    workshop: { run: async () => joinUpdates(slices) as never },
    budget,
    limits: {} as SyncLimits,
    send() {},
    write() {},
    close({ code }) {
      closes.push(code);
      intake.end();
    },
    disputed() {},
    now: () => 0,
    logger,
  });
  intake.open({
    document,
    replica: {
      diagram: 'd',
      base: () => NO_ROWS,
      closed: () => false,
      owners: new Map([[CLIENT, 'ann']]),
      reach: async () => {},
      settle: () => {},
      lookUp: async () => {},
      claim: async () => {},
      exceeds: () => false,
      portionsFor: async () => null,
      ...replica,
    },
    standing: () => ({ person: { id: 'ann' }, permissions: 'writer', epoch: 1 }) as never,
    isShownByAnother: () => false,
  });
  return { intake, budget, closes, document };
}

it('CS13 what is dropped while a run is heard holds nothing of what the node has for all', async () => {
  const [first, , third, fourth] = updates(4).map(({ bytes }) => bytes);
  const heardTwice = Promise.withResolvers<void>();
  let heard = 0;
  const { intake, budget, closes } = opened(
    {
      async catchUp() {
        heard += 1;
        if (heard === 2) heardTwice.resolve();
        if (heard === 3) setImmediate(() => intake.receive('update', GARBAGE, true)); // between two slices
      },
    },
    [first!, third!], // of which the second has a gap
  );
  intake.receive('update', new Uint8Array(LARGE), true);
  intake.receive('update', fourth!, true);
  await heardTwice.promise; // both are aside
  intake.receive('step2', Y.encodeStateAsUpdate(new Y.Doc()), true); // brings both into one run
  await intake.drained;
  expect([heard, closes]).toEqual([3, [4400]]);
  expect(budget.take(ROOM)).toBe(true);
});

it('CS13 a run that cannot be handled holds nothing either', async () => {
  const { intake, budget, closes } = opened({ catchUp: () => Promise.reject(new Error('away')) });
  intake.receive('update', updates(2)[1]!.bytes, true);
  await intake.drained;
  expect(closes).toEqual([1013]);
  expect(budget.take(ROOM)).toBe(true);
});

it('NO1 others have their turn between frames of which nothing is stored', async () => {
  const { intake, document } = opened({ catchUp: async () => {} });
  document.getText('text').insert(0, 'x'.repeat(LARGE - 100));
  const known = Y.encodeStateAsUpdate(document);
  let [turns, over] = [0, false];
  const count = () => void (over || ((turns += 1), setImmediate(count)));
  setImmediate(count);
  for (let frame = 0; frame < 5; frame += 1) intake.receive('update', known, true);
  intake.end();
  await intake.drained;
  over = true;
  expect(turns).toBeGreaterThanOrEqual(4);
});
