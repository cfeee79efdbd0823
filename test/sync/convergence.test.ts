/**
 * DO1 and DO3 by chance: two nodes that are restarted at any time, a log whose database is slow, fails and loses its
 * answers, a bus that loses, repeats and reorders, sockets that break, somebody whose access comes and
 * goes. Whenever a client's counter is at zero, all that it has is in the log; in the end everybody has the same, and
 * it is what the log says.
 *
 * 50 seeds; others, or more: CONVERGENCE_SEED=51 CONVERGENCE_SEEDS=1000 npx vitest run test/sync/convergence
 */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import type { Database } from '../../src/database/database.ts';
import { splitUpdates } from '../../src/documents/row.ts';
import type { Actor } from '../../src/identity/person.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually, pause, saved } from '../support/patience.ts';
import { connect, disconnect, type Client } from '../support/provider.ts';
import { seeded, type Chance } from '../support/seeded.ts';
import { stored } from '../support/stored.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { addDiagram, addPerson, grant, logger, startStage, type Stage } from './stage.ts';
import { troubled, type Commits } from './troubled.ts';
import { unrulyBus } from './unruly-bus.ts';

const FIRST = Number(process.env.CONVERGENCE_SEED ?? 1);
const SEEDS = Number(process.env.CONVERGENCE_SEEDS ?? (process.env.CONVERGENCE_SEED ? 1 : 50));
/** Seeds at the same time: most of each is waiting. */
const TOGETHER = 5;
const STEPS = 150;
const RECOVERY = 20_000;

vi.setConfig({ testTimeout: 60_000 + SEEDS * 5000 });

let database: Database;
let people: Actor[];

beforeAll(async () => {
  database = await freshDatabase();
  people = [];
  for (const name of ['ann', 'bob', 'cat', 'dan']) people.push(await addPerson(database, name));
});
afterAll(() => database.close());

it('DO1 DO3 what is acknowledged is in the log, replicas converge, the log is whole, whatever happens in which order', async () => {
  const seeds = Array.from({ length: SEEDS }, (_, index) => FIRST + index);
  const failed: string[] = [];
  const work = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      await play(seed).catch((error: Error) => {
        failed.push(`CONVERGENCE_SEED=${seed} npx vitest run test/sync/convergence replays: ${error.stack}`);
      });
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, work));
  expect(failed.join('\n')).toBe('');
});

/** A node that keeps its address when it is restarted. */
interface Node {
  stage: Stage;
  proxy: TcpProxy;
  restart(): Promise<void>;
}

async function startNode(start: () => Promise<Stage>): Promise<Node> {
  const portOf = ({ http }: Stage) => (http.address() as { port: number } | null)?.port ?? null;
  const proxy = await startTcpProxy(() => portOf(node.stage));
  const node: Node = {
    stage: await start(),
    proxy,
    async restart() {
      await node.stage.close();
      node.stage = await start();
    },
  };
  return node;
}

async function play(seed: number): Promise<void> {
  const chance = seeded(seed);
  const commits: Commits = new Map();
  const bus = unrulyBus(chance, (error) => logger.error(error));
  const start = () =>
    startStage({ database, people, bus, executor: troubled(database.log, chance, commits), poll: 50 });
  const nodes = await Promise.all([startNode(start), startNode(start)]);
  const at = await addDiagram(
    database,
    people.map((person, index) => [person, index === 0 ? 'owner' : 'writer'] as const),
  );
  const clients = people.map((person, index) => {
    const { stage, proxy } = nodes[index % 2]!;
    return connect({ url: proxy.through(stage.url(at)), name: `diagram:${at.diagram}`, token: person.id });
  });
  try {
    const untrue = watchZeros(clients, commits, at.diagram);
    for (let step = 0; step < STEPS; step += 1) {
      await act(chance, step, { nodes, clients, at });
      if (chance.once(2)) await pause(chance.below(10));
    }
    await grant(database, at.model, people[1]!, 'writer');
    await Promise.all(clients.map((client) => saved(client, RECOVERY)));
    await eventually(() => {
      for (const client of clients) expect(client.cells.toJSON()).toEqual(clients[0]!.cells.toJSON());
    });
    expect(await untrue()).toEqual([]);
    const document = await stored(database, at.diagram);
    expect(document.getMap('cells').toJSON()).toEqual(clients[0]!.cells.toJSON());
    expect(clients.flatMap((client) => client.closes).filter(({ code }) => code >= 4400)).toEqual([]);
  } finally {
    clients.forEach(disconnect);
    for (const { stage, proxy } of nodes) {
      await stage.close();
      await proxy.stop();
    }
  }
}

interface Scene {
  nodes: readonly Node[];
  clients: readonly Client[];
  at: { model: string; diagram: string };
}

async function act(chance: Chance, step: number, { nodes, clients, at }: Scene): Promise<void> {
  const client = chance.of(clients);
  const key = `k${chance.below(6)}`;
  const kind = chance.below(80);
  if (kind === 0) client.websocket.webSocket?.close();
  else if (kind === 1) (client.websocket.webSocket as unknown as { terminate?(): void })?.terminate?.();
  else if (kind === 2) await grant(database, at.model, people[1]!, chance.once(2) ? 'reader' : 'writer');
  else if (kind === 3) await chance.of(nodes).restart();
  else if (kind < 12) client.cells.delete(key);
  else client.cells.set(key, step);
}

/**
 * Takes note of every counter at zero that does not tell the truth. A commit is seen by others a moment before it is told
 * to whoever made it: what nobody was told of is looked for in the database.
 * @returns what is to be awaited for the client ids of those that were deceived
 */
function watchZeros(clients: readonly Client[], commits: Commits, diagram: string): () => Promise<number[]> {
  const doubts: Promise<number[]>[] = [];
  const holds = (log: Y.Doc, state: Uint8Array) => Y.snapshotContainsUpdate(Y.snapshot(log), state);
  for (const { document, provider } of clients) {
    provider.on('unsyncedChanges', ({ number }: { number: number }) => {
      if (number !== 0) return;
      const state = Y.encodeStateAsUpdate(document);
      const told = new Y.Doc();
      for (const [, bytes] of [...commits].toSorted(([a], [b]) => a - b))
        for (const update of splitUpdates(bytes)) Y.applyUpdate(told, update);
      if (holds(told, state)) return;
      doubts.push(stored(database, diagram).then((log) => (holds(log, state) ? [] : [document.clientID])));
    });
  }
  return async () => (await Promise.all(doubts)).flat();
}
