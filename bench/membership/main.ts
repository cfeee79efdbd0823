/**
 * How rosters hold up: a workspace, a group and a conversation with 100,000 members each among 1,000,000 people, on a
 * PostgreSQL of its own. Prints the machine, the plan of every statement that an operation runs, and how long adding,
 * listing a page and checking a role take, one after the other and eight at a time. It ends by itself.
 *
 *   npx node bench/membership/main.ts [people] [members]
 */
import { memoryBus } from '../../src/cluster/memory-bus.ts';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { createAnnounce } from '../../src/membership/announce.ts';
import type { Kind } from '../../src/membership/kind.ts';
import { conversation } from '../../src/membership/kinds/conversation.ts';
import { group } from '../../src/membership/kinds/group.ts';
import { workspace } from '../../src/membership/kinds/workspace.ts';
import { createRoster } from '../../src/membership/roster.ts';
import { byId } from '../../src/membership/subjects.ts';
import { actorOf, seedLargeRoster, type LargeRoster } from '../../test/support/large-roster.ts';
import { collectPlans, explainEverything, sequentialScans, type Plan } from '../../test/support/plans.ts';
import { machine } from '../machine.ts';
import { startServer } from '../postgres.ts';

const [people = 1_000_000, members = 100_000] = process.argv.slice(2).map(Number);
/** Measured calls of each operation; half as many come first, to warm up. */
const CALLS = 400;
const TOGETHER = 8;

const kinds: { kind: Kind; role: string | null; containerOf(large: LargeRoster): string }[] = [
  { kind: workspace, role: 'member', containerOf: (large) => large.workspace },
  { kind: group, role: null, containerOf: (large) => large.group },
  { kind: conversation, role: 'member', containerOf: (large) => String(large.conversation) },
];

const announce = createAnnounce(
  memoryBus(() => {}),
  () => {},
);

const server = await startServer();
try {
  console.log(machine());
  const seeding = await openDatabase({ url: server.url });
  await seeding.migrate();
  const started = performance.now();
  const large = await seedLargeRoster(seeding, { profiles: people, members });
  console.log(`${people} people, ${members} members in each container, made in ${seconds(started)}`);
  console.log((await seeding.log.query<{ version: string }>('select version() as version'))[0]!.version);

  const rows = await measure(seeding, large);
  await explainEverything(seeding);
  await seeding.close();
  const explained = await openDatabase({ url: server.url });
  await showPlans(explained, large);
  await explained.close();
  console.log('\nmilliseconds, through the roster: transaction, row level security, audit row and notice included');
  console.table(rows);
} finally {
  await server.stop();
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/** The operations that are measured; `next` counts through the people who are no members yet. */
function operationsOf(database: Database, large: LargeRoster, { kind, role, containerOf }: (typeof kinds)[number]) {
  const roster = createRoster(database, announce);
  const attempt = { kind, container: containerOf(large), actor: actorOf(large, 1) };
  let next = members;
  return {
    add: () => roster.add(attempt, byId(large.person((next += 1))), role),
    'list the first 50': () => roster.list(attempt, { limit: 50, after: null }),
    'list 50 in the middle': () => {
      const before = Math.floor(Math.random() * (members - 100)) + 1;
      return roster.list(attempt, { limit: 50, after: [large.addedAt(before).toISOString(), large.person(before)] });
    },
    'check a role': () => database.asPerson(attempt.actor, (em) => em.execute(kind.standing, [attempt.container])),
    'an empty transaction': () => database.asPerson(attempt.actor, (em) => em.execute('select 1')),
  };
}

async function measure(database: Database, large: LargeRoster) {
  const rows: Record<string, Record<string, number>> = {};
  for (const one of kinds) {
    for (const [name, operation] of Object.entries(operationsOf(database, large, one))) {
      await run(operation, CALLS / 2, 1);
      const [alone, together] = [await run(operation, CALLS, 1), await run(operation, CALLS, TOGETHER)];
      rows[`${one.kind.name}: ${name}`] = {
        p50: quantile(alone, 0.5),
        p99: quantile(alone, 0.99),
        [`p50 of ${TOGETHER} at a time`]: quantile(together, 0.5),
        [`p99 of ${TOGETHER} at a time`]: quantile(together, 0.99),
      };
    }
  }
  return rows;
}

/** @returns how long each call took, ms */
async function run(operation: () => Promise<unknown>, calls: number, together: number): Promise<number[]> {
  const times: number[] = [];
  let left = calls;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const started = performance.now();
      await operation();
      times.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: together }, worker));
  return times;
}

function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(2));
}

async function showPlans(database: Database, large: LargeRoster): Promise<void> {
  const plans = await collectPlans(database);
  let scans = 0;
  for (const one of kinds) {
    for (const [name, operation] of Object.entries(operationsOf(database, large, { ...one }))) {
      if (name === 'an empty transaction' || name === 'add') continue;
      scans += show(`${one.kind.name}: ${name}`, await plans.of(operation));
    }
    const roster = createRoster(database, announce);
    const attempt = { kind: one.kind, container: one.containerOf(large), actor: actorOf(large, 1) };
    const added = byId(large.person(people));
    scans += show(`${one.kind.name}: add`, await plans.of(() => roster.add(attempt, added, one.role)));
    scans += show(`${one.kind.name}: remove`, await plans.of(() => roster.remove(attempt, added)));
  }
  console.log(scans === 0 ? '\nno table is read from end to end' : `\n${scans} tables are read from end to end`);
}

/** @returns how many tables are read from end to end */
function show(title: string, plans: readonly Plan[]): number {
  console.log(`\n=== ${title}`);
  for (const { statement, text } of plans)
    console.log(`\n${statement.slice(0, 160)}\n${text.replaceAll(/^/gm, '    ')}`);
  return sequentialScans(plans).length;
}
