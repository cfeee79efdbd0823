/**
 * AC3, forced: an edit of somebody who is admitted (written at once, or recovered after its answer was lost), of somebody
 * who is being admitted, or over REST, or a version that they keep, against the request that takes their access away (a
 * grant, their membership of a group or of a workspace, or two of these at once), with the statements and commits of all
 * held back and let go in every order.
 *
 * What must hold in each: nothing of theirs comes into the log, or is a version, that was not there when the last request
 * was about to commit. (Up to then they may write, afterwards they may not.)
 *
 * All orders with one request are tried, and all of an edit with two; of the others with two requests some are, and all
 * with FENCE=all, which takes three minutes.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { createWorkshop } from '../../src/documents/workshop.ts';
import { freshDatabase } from '../support/database.ts';
import { everyOrder, type Gate, type Scene } from '../support/interleaving.ts';
import { within } from '../support/patience.ts';
import { seeded } from '../support/seeded.ts';
import { OPEN, openFenceStage, type FenceStage, type Outcome, type Way } from './fence-stage.ts';

const ALL = process.env.FENCE === 'all';
/** How many runs are made of those that are too many for every day. */
const SOME = 10;

if (ALL) vi.setConfig({ testTimeout: within(600_000) });

let database: Database;
let stage: FenceStage;
const workshop = createWorkshop();

beforeAll(async () => {
  database = await freshDatabase();
  stage = await openFenceStage(database, workshop);
});
afterAll(async () => {
  await workshop.stop();
  await database.close();
});

type Kind = 'admitted' | 'recovered' | 'admission' | 'overRest' | 'version';

/** @param outcomes takes note of how it came out */
async function race(kind: Kind, ways: readonly Way[], outcomes: Set<Outcome>): Promise<Scene> {
  const place = await stage.placeWith(ways);
  let outcome: Outcome | null = null;
  let atLastCommit = 0;
  const committing = async () => void (atLastCommit = await stage.rowsOf(place));
  const requests = ways.map((way, index) => {
    const request = (gate: Gate) => stage.revoke(way, place, gate, committing);
    return ['rs'[index]!, request] as const;
  });
  const write = async (gate: Gate) => void (outcome = await stage[kind](place, gate));
  return {
    actors: { w: write, ...Object.fromEntries(requests) },
    blocked: stage.blocked,
    committed: async () => `${await stage.committed(place)} ${atLastCommit}`,
    async end(order) {
      expect(await stage.rowsOf(place), order).toBe(atLastCommit);
      expect(outcome, order).toBe(atLastCommit === 0 ? 'refused' : 'stored');
      expect(await stage.append(place, OPEN, 0), 'whoever comes only now').toBe('refused');
      outcomes.add(outcome!);
    },
  };
}

const kinds: [string, Kind][] = [
  ['an edit', 'admitted'],
  ['an edit that is recovered', 'recovered'],
  ['an admission', 'admission'],
  ['an edit over REST', 'overRest'],
  ['a version', 'version'],
];
const pairs: [Way, Way][] = [
  ['grant', 'group'],
  ['group', 'workspace'],
  ['grant', 'workspace'],
];

describe.each(kinds)('AC3 %s', (_, kind) => {
  async function holds(...ways: Way[]): Promise<void> {
    const outcomes = new Set<Outcome>();
    const every = ALL || ways.length === 1 || (kind === 'admitted' && ways.join() === 'grant,group');
    const some = every ? undefined : { runs: SOME, chance: seeded(5) };
    await everyOrder(() => race(kind, ways, outcomes), some);
    if (every) expect(outcomes).toEqual(new Set(['stored', 'refused'])); // it comes first, or too late
  }

  it.each<Way>(['grant', 'group', 'workspace'])('is never stored after the request that takes away their %s', (way) =>
    holds(way),
  );

  it.each(pairs)('is never stored after the last of two requests at once, %s and %s', (...ways) => holds(...ways));
});
