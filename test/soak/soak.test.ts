/**
 * One node over a long time, on which sessions are opened, lived in and ended. When everybody has gone it holds, object by
 * object, what it held before they came: no document, connection, socket, timer or listener more; and its memory is flat.
 * It is looked at after each round of sessions.
 *
 * In `npm test` one round, as fast as it goes; `npm run test:soak` goes on for 30 minutes, or as many as `SOAK_MINUTES`
 * says, at ten deeds a second, and tells how the memory came along. `SOAK_SEED` chooses other deeds.
 */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { freshDatabaseUrl } from '../support/database.ts';
import { eventually, pause, within } from '../support/patience.ts';
import { personOf, type TestPerson } from '../support/people.ts';
import { disconnectAll } from '../support/provider.ts';
import { seeded } from '../support/seeded.ts';
import { startHeldNode, type HeldNode, type Holding } from './held.ts';
import { live } from './life.ts';

const MINUTES = Number(process.env.SOAK_MINUTES ?? 0);
const SEED = Number(process.env.SOAK_SEED ?? 1);
const TABLES = 4;
const PEOPLE = 5;
const DEEDS = MINUTES > 0 ? 150 : 60;
/** ms between the deeds at one table. */
const PACE = MINUTES > 0 ? 400 : 0;
/** What is still said to somebody who is put out, or waited for on a beat, is over after so many ms. */
const LAST_WORDS = 3000;
/** What may be more although nothing was left behind: what is made at its first use, and the database's connections. */
const PLAY = { emitters: 50, closures: 500, promises: 60, megabytes: 4 };

let database: Database;
let node: HeldNode;
let tables: TestPerson[][];

beforeAll(async () => {
  const DATABASE_URL = await freshDatabaseUrl();
  database = await openDatabase({ url: DATABASE_URL });
  node = await startHeldNode({ DATABASE_URL, RATE_LIMIT_PER_MINUTE: '0', SESSION_HOST_GRACE_MS: '300' });
  tables = [];
  for (let at = 0; at < TABLES; at += 1) {
    const people: TestPerson[] = [];
    for (let seat = 0; seat < PEOPLE; seat += 1) people.push(hasty(await personOf(node, `${at}-${seat}@firm.example`)));
    tables.push(people);
  }
});
afterEach(disconnectAll);
afterAll(async () => {
  await node.stop();
  await database.close();
});

/** Somebody who keeps no connection open for the next request. */
function hasty(person: TestPerson): TestPerson {
  const call: TestPerson['call'] = (method, path, options) =>
    person.call(method, path, { ...options, headers: { connection: 'close', ...options?.headers } });
  return { ...person, call };
}

/** At each table the life of one session. */
async function round(number: number, goesOn = () => true): Promise<void> {
  const pace = async () => {
    await pause(PACE);
    return goesOn();
  };
  const lives = tables.map((people, at) =>
    live({ node, people, chance: seeded(SEED + number * TABLES + at), deeds: DEEDS, pace }),
  );
  await Promise.all(lives);
}

/** What the node holds when everybody has gone, and idle connections to the database have been closed as well. */
async function left(unused: Holding): Promise<Holding> {
  await pause(LAST_WORDS);
  await eventually(async () => {
    const { timers, resources } = await node.activity();
    expect(timers).toBeLessThanOrEqual(unused.timers);
    expect(resources).toBeLessThanOrEqual(unused.resources);
  }, 20_000);
  return node.holding();
}

function expectNothingLeft(after: Holding, { emitters, closures, promises, ...unused }: Holding): void {
  const { documents, connections, replicas, awarenesses, sockets } = unused;
  expect(after).toMatchObject({ documents, connections, replicas, awarenesses, sockets });
  expect(after.emitters).toBeLessThan(emitters + PLAY.emitters);
  expect(after.closures).toBeLessThan(closures + PLAY.closures);
  expect(after.promises).toBeLessThan(promises + PLAY.promises);
}

it(
  `CS13 when people have come, lived and gone, the node holds nothing of them (SOAK_SEED=${SEED})`,
  { timeout: within(120_000) + 2 * MINUTES * 60_000 },
  async () => {
    const unused = await node.holding();
    await round(0);
    const first = await left(unused);
    expectNothingLeft(first, unused);
    const began = performance.now();
    const goesOn = () => performance.now() - began < MINUTES * 60_000;
    for (let number = 1; goesOn(); number += 1) {
      await round(number, goesOn);
      const { megabytes, ...after } = await left(unused);
      console.log(
        `minute ${Math.round((performance.now() - began) / 60_000)}: ${JSON.stringify({ ...megabytes, ...after })}`,
      );
      expectNothingLeft({ megabytes, ...after }, unused);
      expect(megabytes.heap + megabytes.external).toBeLessThan(
        first.megabytes.heap + first.megabytes.external + PLAY.megabytes,
      );
    }
  },
);
