/**
 * DO1, DO2 and DO3 against everything that dies or breaks: two real nodes and a real PostgreSQL, killed, cut off, stalled
 * and refused at random moments while people edit. Meanwhile: what somebody sees of the others is stored. After each
 * round: what was acknowledged is stored, what is stored was sent, nothing that was stored before is gone, every replica
 * is the log, and no process ended that was not killed.
 *
 * A few rounds by default. More, or others: CHAOS_ROUNDS=200 CHAOS_SEED=7 npx vitest run test/chaos
 */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { eventually, pause, saved, within } from '../support/patience.ts';
import { disconnect, disconnectAll } from '../support/provider.ts';
import { seeded } from '../support/seeded.ts';
import { stored } from '../support/stored.ts';
import { setTable, type Table } from '../support/table.ts';
import type { TestPerson } from '../support/people.ts';
import { createEditor, type Editor } from './editors.ts';
import { startWorld, type World } from './world.ts';

const SEED = Number(process.env.CHAOS_SEED ?? 8);
const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 4);
/** How long everybody may take to have saved everything once all is mended, ms. */
const RECOVERY = 20_000;

vi.setConfig({ testTimeout: within(60_000 + ROUNDS * 60_000) });

let world: World;
let table: Table;
let people: TestPerson[];
let editors: Editor[];
const chance = seeded(SEED);

beforeAll(async () => {
  world = await startWorld();
  ({ table, people } = await setTable(world.nodes, 'writer', 'writer', 'writer'));
  await table.open();
  editors = people.map((person, index) => {
    const client = table.join(person, world.nodes[index % 2]!);
    return createEditor(`e${index}`, client, seeded(SEED * 100 + index));
  });
  await Promise.all(editors.map(({ client }) => saved(client)));
});
afterAll(async () => {
  disconnectAll();
  await world.stop();
});

it('DO1 DO2 DO3 nothing that was acknowledged is ever lost, whatever is killed, cut off or refused', async () => {
  const told: string[] = [];
  let before = new Set<string>();
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const chosen = choose(round);
      told.push(`round ${round}: ${chosen.join(', ')}`);
      await typingOn(() => trouble(chosen));
      await world.mend();
      await Promise.all(editors.map(({ client }) => saved(client, RECOVERY)));
      before = await check(before);
    }
  } catch (error) {
    const replay = `CHAOS_SEED=${SEED} CHAOS_ROUNDS=${ROUNDS} npx vitest run test/chaos`;
    throw new Error(`${told.join('; ')}. To replay it: ${replay}`, { cause: error });
  }
  expect(editors.every(({ acknowledged }) => acknowledged.size > 0)).toBe(true);
});

/** Each kind in its turn, and now and then another with it; what kills comes last, since nothing can be done to the dead. */
function choose(round: number): string[] {
  const names = Object.keys(world.troubles);
  const first = names[(SEED + round * 3) % names.length]!;
  const second = chance.of(names);
  const kills = (name: string) => name.startsWith('kill');
  if (!chance.once(3) || second === first || (kills(first) && kills(second))) return [first];
  return kills(first) ? [second, first] : [first, second];
}

/** Lets the troubles begin one after the other, last, and end, the last one first. */
async function trouble(names: readonly string[]): Promise<void> {
  const mending: (() => Promise<void>)[] = [];
  await pause(100 + chance.below(400));
  for (const name of names) {
    mending.unshift(await world.troubles[name]!(chance));
    await pause(chance.below(800));
  }
  for (const mend of mending) await mend();
  await pause(chance.below(300));
}

/** Has everybody type, and DO2 looked after, while something goes on. */
async function typingOn(work: () => Promise<void>): Promise<void> {
  let typing = true;
  const early: string[] = [];
  const looking = async () => {
    while (typing) {
      early.push(...(await seenEarly()));
      await pause(100);
    }
  };
  const all = editors.map(async (editor) => {
    while (typing) {
      editor.type();
      await pause(chance.below(40));
    }
  });
  await Promise.all([work().finally(() => (typing = false)), ...all, looking()]);
  expect(early, 'seen and not stored').toEqual([]);
}

/** What editors see of each other and the log has not; nothing while it cannot be read. */
async function seenEarly(): Promise<string[]> {
  const seen = editors.flatMap(({ client, sent }) => [...client.cells.keys()].filter((key) => !sent.has(key)));
  const log = await stored(world.database, table.diagram).catch(() => null);
  return log === null ? [] : seen.filter((key) => !log.getMap('cells').has(key));
}

/** @param before what was stored after the last round; @returns what is stored now */
async function check(before: ReadonlySet<string>): Promise<Set<string>> {
  expect(world.nodes.flatMap(({ crashes }) => crashes)).toEqual([]);
  const log = (await stored(world.database, table.diagram)).getMap('cells').toJSON();
  const keys = new Set(Object.keys(log));
  const sent = new Set(editors.flatMap((editor) => [...editor.sent]));
  const acknowledged = editors.flatMap((editor) => [...editor.acknowledged]);
  expect(
    acknowledged.filter((key) => !keys.has(key)),
    'acknowledged and not stored',
  ).toEqual([]);
  expect(
    [...keys].filter((key) => !sent.has(key)),
    'stored and never sent',
  ).toEqual([]);
  expect(
    [...before].filter((key) => !keys.has(key)),
    'stored once and gone',
  ).toEqual([]);
  const fresh = world.nodes.map((node) => table.join(people[0]!, node));
  for (const client of [...editors.map((editor) => editor.client), ...fresh])
    await eventually(() => expect(client.cells.toJSON()).toEqual(log));
  fresh.forEach(disconnect);
  return keys;
}
