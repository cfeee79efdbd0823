/**
 * The world of the chaos suite: two real nodes on a PostgreSQL server of their own, which each reaches through a proxy,
 * and what can go wrong with them. Each trouble is begun, lasts a while, and is mended.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { createNode, type NodeProcess } from '../support/node-process.ts';
import { startPostgres, type PostgresProcess } from '../support/postgres-process.ts';
import type { Chance } from '../support/seeded.ts';

export interface World {
  readonly nodes: readonly [NodeProcess, NodeProcess];
  /** The database itself, past the proxies. */
  readonly database: Database;
  readonly troubles: Readonly<Record<string, Trouble>>;
  /** Everything runs, and every way is open. */
  mend(): Promise<void>;
  stop(): Promise<void>;
}

/** Begins a trouble. @returns how it is mended */
export type Trouble = (chance: Chance) => Promise<() => Promise<void>>;

/** Nobody is to be sent home because a node was away. */
const PATIENT = { SESSION_HOST_GRACE_MS: '600000', SESSION_IDLE_MS: '600000' };

export async function startWorld(): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'roundtable-chaos-'));
  const postgres = await startPostgres(directory);
  await postgres.createDatabase('chaos');
  const databaseUrl = `${postgres.url}/chaos`;
  const database = await openDatabase({ url: databaseUrl });
  await database.migrate();
  await database.log.query(RIG);
  const nodes = await Promise.all([1, 2].map(() => createNode({ databaseUrl, redisUrl: null, environment: PATIENT })));
  await Promise.all(nodes.map((node) => node.start()));
  return {
    nodes: nodes as unknown as World['nodes'],
    database,
    troubles: troublesOf(nodes, postgres, database),
    async mend() {
      await postgres.start();
      for (const node of nodes) {
        await node.database.mend();
        if (!node.running) await node.start();
      }
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.dispose()));
      await database.close();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function troublesOf(nodes: readonly NodeProcess[], postgres: PostgresProcess, database: Database) {
  const onTheWay =
    (begin: (node: NodeProcess) => unknown): Trouble =>
    async (chance) => {
      const node = chance.of(nodes);
      await begin(node);
      return () => node.database.mend();
    };
  const refusing =
    (code: string): Trouble =>
    async (chance) => {
      await rig(database, code, chance.once(2) ? 1 : 0.3);
      return () => rig(database, '', 0);
    };
  const killNode: Trouble = async (chance) => {
    const node = chance.of(nodes);
    await node.kill();
    return async () => {
      await node.database.mend(); // it does not start without
      await node.start();
    };
  };
  const killDatabase: Trouble = async () => {
    await postgres.kill();
    return () => postgres.start();
  };
  return {
    'kill a node': killNode,
    'kill the database': killDatabase,
    'kill both': async (chance) => {
      const [database_, node] = [await killDatabase(chance), await killNode(chance)];
      return async () => {
        await database_();
        await node();
      };
    },
    'cut the way to the database': onTheWay((node) => node.database.cut()),
    'stall the way to the database': onTheWay((node) => node.database.pause()),
    'leave the connections dead': onTheWay((node) => node.database.halfOpen()),
    'slow the way to the database': onTheWay((node) => node.database.delay(80)),
    'fail inserts': refusing('23514'),
    'fail inserts for a while': refusing('P0001'),
    'fill the disk': refusing('53100'),
  } satisfies Record<string, Trouble>;
}

/** A trigger that fails so many inserts into the log as its table says. */
const RIG = `
  create table chaos_rig (code text not null, share double precision not null);
  insert into chaos_rig values ('', 0);
  create function chaos_fail() returns trigger language plpgsql security definer as $$
  declare rig chaos_rig;
  begin
    select * into rig from chaos_rig;
    if random() < rig.share then raise exception 'chaos' using errcode = rig.code; end if;
    return new;
  end $$;
  create trigger chaos_fail before insert on document_update for each row execute function chaos_fail();`;

async function rig(database: Database, code: string, share: number): Promise<void> {
  await database.log.query('update chaos_rig set code = $1, share = $2', [code, share]);
}
