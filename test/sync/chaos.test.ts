/** Everything at once, with a seed: two nodes, edits, broken sockets, a log that is slow or loses its answers, access that comes and goes. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import * as Y from 'yjs';
import { memoryBus } from '../../src/cluster/memory-bus.ts';
import type { Database, SqlExecutor } from '../../src/database/database.ts';
import { readLog, replay } from '../../src/documents/reading.ts';
import { splitUpdates } from '../../src/documents/row.ts';
import type { Actor } from '../../src/identity/person.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually, pause, saved } from '../support/patience.ts';
import { connect, disconnectAll, type Client } from '../support/provider.ts';
import { addDiagram, addPerson, grant, logger, startStage, type Stage } from './stage.ts';

let database: Database;
let people: Actor[];
const stages: Stage[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  people = [];
  for (const name of ['ann', 'bob', 'cat', 'dan']) people.push(await addPerson(database, name));
});
afterEach(async () => {
  disconnectAll();
  for (const stage of stages.splice(0)) await stage.close();
});
afterAll(() => database.close());

/** A small generator of numbers that can be repeated (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

/** What has been committed, also where the log was not told of it. */
type Commits = Map<number, Uint8Array>;

/** A database that is slow, fails, or does what it is asked and loses its answer. */
function troubled(random: (below: number) => number, commits: Commits): SqlExecutor {
  const trouble = async <T>(run: () => Promise<T>): Promise<T> => {
    const kind = random(12);
    if (kind === 0) throw new Error('Connection terminated unexpectedly');
    if (kind < 4) await pause(random(15));
    const answer = await run();
    if (kind === 11) throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    return answer;
  };
  return {
    query: (text, values) =>
      trouble(async () => {
        const answer = await database.log.query<never>(text, values);
        if (text.includes('as batch (')) noteFlush(values!, answer, commits);
        return answer;
      }),
    transaction: (work) =>
      trouble(async () => {
        const inserted: Commits = new Map();
        const result = await database.log.transaction((transaction) =>
          work({
            ...transaction,
            query(text, values) {
              if (text.startsWith('insert into document_update'))
                inserted.set(values![1] as number, values![2] as Uint8Array);
              return transaction.query(text, values);
            },
          }),
        );
        for (const [seq, bytes] of inserted) commits.set(seq, bytes);
        return result;
      }),
  };
}

function noteFlush(values: readonly unknown[], answer: readonly { seq: string | null }[], commits: Commits): void {
  const [starts, sizes, blob] = [values[4] as number[], values[5] as number[], values[6] as Buffer];
  const seq = answer[0]?.seq; // there is one diagram
  if (seq) commits.set(Number(seq), blob.subarray(starts[0]! - 1, starts[0]! - 1 + sizes[0]!));
}

it.each([1, 2, 3])(
  'DO1 DO3 seed %i: what is acknowledged is in the log, replicas converge, the log is whole',
  async (seed) => {
    const random = seeded(seed);
    const bus = memoryBus((error) => logger.error(error));
    const losing = {
      ...bus,
      publish: (channel: string, payload: Uint8Array) => void (random(5) > 0 && bus.publish(channel, payload)),
    };
    const nodes: Stage[] = [];
    const commits: Commits = new Map();
    for (let node = 0; node < 2; node += 1) {
      nodes.push(await startStage({ database, people, bus: losing, executor: troubled(random, commits), poll: 50 }));
    }
    stages.push(...nodes);
    const at = await addDiagram(
      database,
      people.map((person, index) => [person, index === 0 ? 'owner' : 'writer'] as const),
    );
    const clients = people.map((person, index) =>
      connect({ url: nodes[index % 2]!.url(at), name: `diagram:${at.diagram}`, token: person.id }),
    );
    const untrue: string[] = [];
    for (const client of clients) {
      client.provider.on('unsyncedChanges', ({ number }: { number: number }) => {
        if (number === 0 && lacks(client)) untrue.push(`${client.document.clientID}`);
      });
    }
    const lacks = (client: Client) => {
      const log = new Y.Doc();
      const rows = [...commits].toSorted(([a], [b]) => a - b);
      for (const [, bytes] of rows) for (const update of splitUpdates(bytes)) Y.applyUpdate(log, update);
      return !Y.snapshotContainsUpdate(Y.snapshot(log), Y.encodeStateAsUpdate(client.document));
    };
    for (let step = 0; step < 250; step += 1) {
      const client = clients[random(clients.length)]!;
      const kind = random(40);
      if (kind === 0) client.websocket.webSocket?.close();
      else if (kind === 1) (client.websocket.webSocket as unknown as { terminate?(): void })?.terminate?.();
      else if (kind === 2) await grant(database, at.model, people[1]!, random(2) ? 'reader' : 'writer');
      else if (kind < 8) client.cells.delete(`k${random(6)}`);
      else client.cells.set(`k${random(6)}`, step);
      if (random(3) === 0) await pause(random(8));
    }
    await grant(database, at.model, people[1]!, 'writer');
    await Promise.all(clients.map((client) => eventually(() => saved(client), 15_000)));
    await eventually(() => {
      for (const client of clients) expect(client.cells.toJSON()).toEqual(clients[0]!.cells.toJSON());
    }, 5000);
    expect(untrue).toEqual([]);
    const document = new Y.Doc();
    const part = (await readLog(database.log, at.diagram, 0))!; // throws if it is not whole
    replay(document, part); // throws if anything in it has a gap
    expect(document.getMap('cells').toJSON()).toEqual(clients[0]!.cells.toJSON());
    expect(clients.flatMap((client) => client.closes).filter(({ code }) => code >= 4400)).toEqual([]);
  },
);
