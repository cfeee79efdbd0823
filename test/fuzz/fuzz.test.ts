/**
 * CS13, DO4: frames that were tampered with, sent to a node in a process of its own by people who may write, who may only
 * read, who host another session, and who may nothing. The node lives, a pair who work in the same session notice nothing,
 * and what is stored can be read.
 *
 * In `npm test` a few thousand frames, or as many as fit into the time; `npm run test:fuzz` sends 100,000, or as many as
 * `FUZZ_FRAMES` says. `FUZZ_SEED` chooses other frames; a failure says which it were.
 */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import * as Y from 'yjs';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { freshDatabaseUrl } from '../support/database.ts';
import { createNode, type NodeProcess } from '../support/node-process.ts';
import { eventually, pause, saved } from '../support/patience.ts';
import { newcomer, type TestPerson } from '../support/people.ts';
import { disconnectAll, type Client } from '../support/provider.ts';
import { stored } from '../support/stored.ts';
import {
  grant,
  join,
  makePlace,
  sessionOf,
  socketUrl,
  statesOf,
  updateOf,
  usersOf,
  type Place,
} from '../rules/stage.ts';
import { attack } from './attacker.ts';
import { randomOf } from './random.ts';

const FRAMES = Number(process.env.FUZZ_FRAMES ?? 3000);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
/** A short run ends after so many ms, however few frames it sent on a loaded machine; a long one sends them all. */
const SHORT = 14_000;
const LONG = 60 * 60_000;
const isShort = process.env.FUZZ_FRAMES === undefined;
const ATTACKERS = 6;

let database: Database;
let node: NodeProcess;
const replay = `FUZZ_SEED=${SEED} FUZZ_FRAMES=${FRAMES} npm run test:fuzz`;

beforeAll(async () => {
  const databaseUrl = await freshDatabaseUrl();
  database = await openDatabase({ url: databaseUrl });
  node = await createNode({ databaseUrl, redisUrl: null, environment: { SESSION_HOST_GRACE_MS: '600000' } });
  await node.start();
});
afterEach(disconnectAll);
afterAll(async () => {
  await node.dispose();
  await database.close();
});

/** Two people who work together all the while: each sees what the other does, and everything of theirs is saved. */
async function work(
  pair: readonly [Client, Client],
  going: () => boolean,
): Promise<{ rounds: number; slowest: number }> {
  let [rounds, slowest] = [0, 0];
  for (; going(); rounds += 1) {
    const [one, other] = rounds % 2 === 0 ? pair : ([pair[1], pair[0]] as const);
    const began = performance.now();
    const [key, value] = [`witness ${rounds % 7}`, `round ${rounds}`];
    one.provider.setAwarenessField('cursor', value);
    // Those who attack may write, and so may hit even this; not twice.
    await eventually(() => {
      if (one.cells.get(key) !== value) one.cells.set(key, value);
      expect(other.cells.get(key)).toBe(value);
      expect(statesOf(other).some((state) => state.cursor === value && state.participant !== undefined)).toBe(true);
    }, 10_000);
    await saved(one);
    slowest = Math.max(slowest, performance.now() - began);
    await pause(20);
  }
  return { rounds, slowest };
}

const isTheirs = (person: TestPerson) => (state: Record<string, any>) => state.participant?.user_id === person.email;

/** The other session, in which an attacker is the host, is opened again whenever somebody has ended it. */
const reopen = (place: Place, host: TestPerson) => host.call('POST', `${place.path}/collaborate`);

it(`CS13 DO4 ${FRAMES} frames that were tampered with harm nobody (${replay})`, { timeout: 2 * LONG }, async () => {
  const [ann, bob, writer, reader, stranger, rogue] = [
    await newcomer(node, { name: 'Ann' }),
    await newcomer(node, { name: 'Bob' }),
    await newcomer(node),
    await newcomer(node),
    await newcomer(node),
    await newcomer(node),
  ];
  const place = await makePlace(ann);
  await grant(place, ann, [bob, 'writer'], [writer, 'writer'], [reader, 'reader']);
  await reopen(place, ann);
  const lawless = await makePlace(rogue);
  await grant(lawless, rogue, [writer, 'owner'], [reader, 'reader']);
  await reopen(lawless, rogue);
  const first = join(node, place, ann);
  await saved(first); // so that she is the first in the list
  const pair = [first, join(node, place, bob)] as const;
  await saved(pair[1]);

  let [sent, failed] = [0, false];
  const deadline = performance.now() + (isShort ? SHORT : LONG);
  const going = () => !failed && sent < FRAMES && performance.now() < deadline;
  const random = randomOf(SEED);
  const attackers = Array.from({ length: ATTACKERS }, (_, index) => {
    const attacked = index % 3 === 2 ? lawless : place;
    return attack({
      urls: [`${attacked.path}/ws`, `${attacked.path}/ws`, '/ws'].map((path) => socketUrl(node, path)),
      known: {
        names: [attacked.name, place.name, lawless.name, 'conversation:1', 'workspace:1', 'group:1'],
        tokens: [writer, writer, reader, attacked === lawless ? rogue : stranger].map(({ token }) => token),
        emails: [ann, bob, writer, reader, stranger, rogue].map(({ email }) => email),
        clients: [...pair.map(({ document }) => document.clientID), 1, 2],
        document: pair[0].document,
      },
      random: random.fork(index),
      read: (frames) => {
        sent += frames;
        return going();
      },
      shutOut: async () => void (attacked === lawless && (await reopen(lawless, rogue))),
    });
  });
  const attacking = Promise.all(attackers).finally(() => (failed ||= going()));
  const [working] = await Promise.all([work(pair, going), attacking]);

  expect(node.running, 'the node lives').toBe(true);
  for (const client of pair) {
    expect(client.closes).toEqual([]);
    expect(updateOf(client)).toMatchObject({ host: ann.email, presenter: ann.email });
    await eventually(() => expect(usersOf(client)).toEqual([ann.email, bob.email]));
    await eventually(() => {
      const others = statesOf(client).filter((state) => state.participant !== undefined);
      expect(others.filter(isTheirs(ann))).toHaveLength(1);
      expect(others.filter(isTheirs(bob))).toHaveLength(1);
      expect(others).toHaveLength(2);
    });
  }
  const { revision, participants } = await sessionOf(place, ann);
  expect(updateOf(pair[0])).toMatchObject({ revision, participants });

  const kept = await stored(database, place.diagram); // throws if it cannot be read
  await eventually(() => expect(pair[1].cells.toJSON()).toEqual(pair[0].cells.toJSON()));
  expect(kept.getMap('cells').toJSON()).toEqual(pair[0].cells.toJSON());
  await stored(database, lawless.diagram);
  for (const [at, person] of [
    [place, ann],
    [lawless, rogue],
  ] as const) {
    expect((await person.call('GET', `${at.path}/content`)).status).toBe(200);
    await reopen(at, person);
    const late = join(node, at, person);
    await saved(late);
    const all = Y.snapshot(await stored(database, at.diagram));
    expect(Y.equalSnapshots(Y.snapshot(late.document), all)).toBe(true);
  }
  expect(node.log.filter(({ level }) => (level as number) >= 50)).toEqual([]);
  if (!isShort) expect(sent).toBeGreaterThanOrEqual(FRAMES);
  console.log(
    `${sent} frames; the pair worked ${working.rounds} rounds, the slowest took ${Math.round(working.slowest)} ms`,
  );
  const { output } = await node.stop();
  expect(output).toMatch(/^Roundtable is running at \S+\n$/); // and not a word that was not logged
});
