/**
 * What the proof of the fence is played with: places where a guest may write in several ways, the requests that take a
 * way from them, and the ways in which they write, each with its steps held back by a gate.
 */
import { uuidv7 } from 'uuidv7';
import { expect } from 'vitest';
import { Doc } from 'yjs';
import { createGrants } from '../../src/access/grants.ts';
import { decideWriters, standingInDiagram } from '../../src/access/standing.ts';
import type { Database, EntityManager, SqlExecutor } from '../../src/database/database.ts';
import { NO_ROWS } from '../../src/documents/base.ts';
import { createBudget } from '../../src/budget.ts';
import { createDocumentStore } from '../../src/documents/document-store.ts';
import { asQueries } from '../../src/documents/queries.ts';
import { createUpdateLog, type LogOutcome } from '../../src/documents/update-log.ts';
import { createVersions } from '../../src/documents/versions.ts';
import type { Workshop } from '../../src/documents/workshop.ts';
import type { Actor } from '../../src/identity/person.ts';
import type { Announce } from '../../src/membership/announce.ts';
import { group } from '../../src/membership/kinds/group.ts';
import { workspace } from '../../src/membership/kinds/workspace.ts';
import { createRoster } from '../../src/membership/roster.ts';
import { byId } from '../../src/membership/subjects.ts';
import { Refusal } from '../../src/refusal.ts';
import type { Gate } from '../support/interleaving.ts';
import { addDiagram, addPerson, logger } from '../sync/stage.ts';
import { updateOf } from './stage.ts';

/** Where the guest may write, in whichever ways. */
export interface Place {
  model: string;
  diagram: string;
  group: string;
  workspace: string;
}

export type Way = 'grant' | 'group' | 'workspace';

/** How it came out for the writer. */
export type Outcome = 'stored' | 'refused';

export type Writing = (place: Place, gate: Gate) => Promise<Outcome>;

/** Nobody holds anything back. */
export const OPEN: Gate = { pass: async () => {}, saw: () => {} };

/** An answer, without what is different in every run. */
const withoutNames = (answer: unknown) =>
  JSON.stringify(answer ?? null).replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|\d{4}-\d\d-\d\d[T ][\d:.+Z]+/g, '*');

async function asked<T>(gate: Gate, ask: () => Promise<T>): Promise<T> {
  await gate.pass();
  const answer = await ask();
  gate.saw(withoutNames(answer));
  return answer;
}

/** An executor whose statements and commits are held back. */
function gatedExecutor(target: SqlExecutor, gate: Gate): SqlExecutor {
  return {
    query: (text, values) => asked(gate, () => target.query<never>(text, values)),
    transaction: (work) =>
      target.transaction(async (transaction) => {
        const result = await work(gatedExecutor(transaction, gate));
        await gate.pass();
        return result;
      }),
  };
}

/** An executor that cannot send its first statement, which nobody is told. */
function losingTheFirst(target: SqlExecutor): SqlExecutor {
  let lost = false;
  const query: SqlExecutor['query'] = async (text, values) => {
    if (lost) return target.query<never>(text, values);
    lost = true;
    throw new Error('Connection terminated unexpectedly');
  };
  return { ...target, query };
}

/** The database, for a request whose statements and commit are held back. @param committing called when nothing but the commit is left */
function gatedDatabase(database: Database, gate: Gate, committing: () => Promise<void>): Database {
  const held = (em: EntityManager): EntityManager =>
    new Proxy(em, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (name !== 'execute') return typeof value === 'function' ? value.bind(target) : value;
        return (text: string, values: unknown[]) => asked(gate, () => target.execute(text, values));
      },
    });
  return {
    ...database,
    asPerson: (person, work) =>
      database.asPerson(person, async (em) => {
        const result = await work(held(em));
        await committing();
        await gate.pass();
        return result;
      }),
  };
}

/** @throws anything else than that it may not be */
async function outcomeOf(writing: Promise<unknown>): Promise<Outcome> {
  try {
    await writing;
    return 'stored';
  } catch (error) {
    if (error instanceof Refusal && error.code === 'forbidden') return 'refused';
    throw error;
  }
}

const announce: Announce = { write: async () => null, publish: () => {} };

export async function openFenceStage(database: Database, workshop: Workshop) {
  const [owner, guest]: Actor[] = [await addPerson(database, 'owner'), await addPerson(database, 'guest')];
  const { log } = database;
  const stored = { workshop, committed: () => {}, maxDocumentBytes: 1e6, logger };
  const documents = createDocumentStore({ ...stored, executor: database.content });

  /**
   * Appends an edit of the guest's to the log of a diagram.
   * @param epoch the one that they were let in under; @param target the database, unless something is wrong with it
   */
  async function append(place: Place, gate: Gate, epoch: number, target = log): Promise<Outcome> {
    const executor = gatedExecutor(target, gate);
    const guestLog = createUpdateLog({
      executor,
      budget: createBudget(1e9),
      logger,
      committed: () => {},
      decide: (people) => decideWriters(asQueries(executor), people),
      limits: {
        rowBytes: 1e6,
        lockTimeout: 10_000,
        leastPause: 5,
        mostPause: 50,
        pace: { distance: 0, round: 1 },
      },
    });
    const { promise, resolve } = Promise.withResolvers<LogOutcome>();
    const entry = { diagram: place.diagram, person: guest!.id, epoch, base: NO_ROWS, updates: [Buffer.from('edit')] };
    guestLog.append({ ...entry, settle: resolve });
    const { kind } = await promise;
    await guestLog.stop();
    expect(['committed', 'forbidden']).toContain(kind);
    return kind === 'committed' ? 'stored' : 'refused';
  }

  return {
    append,

    /** A diagram that the guest may write in these ways. */
    async placeWith(ways: readonly Way[]): Promise<Place> {
      const roles = ways.includes('grant') ? ([[guest!, 'writer']] as const) : [];
      const place = await addDiagram(database, [[owner!, 'owner'], ...roles]);
      const ids = { group: uuidv7(), workspace: uuidv7() };
      const people = [owner!.id, guest!.id];
      if (ways.includes('group'))
        await log.query(
          `with made as (insert into user_group (id, name, owner_id) values ($1, 'G', $2)),
             member as (insert into group_member (group_id, profile_id, added_by_id) values ($1, $3, $2))
           insert into threat_model_grant (id, threat_model_id, group_id, role) values ($4, $5, $1, 'writer')`,
          [ids.group, ...people, uuidv7(), place.model],
        );
      if (ways.includes('workspace'))
        await log.query(
          `with made as (insert into workspace (id, name) values ($1, 'W')),
             members as (insert into workspace_member (workspace_id, profile_id, added_by_id, role)
               values ($1, $2, $2, 'owner'), ($1, $3, $2, 'member'))
           update threat_model set workspace_id = $1 where id = $4`,
          [ids.workspace, ...people, place.model],
        );
      return { ...place, ...ids };
    },

    /** Takes away the guest's access in one way, as the request does. @param committing called when only the commit is left */
    async revoke(way: Way, place: Place, gate: Gate, committing: () => Promise<void>): Promise<void> {
      const gated = gatedDatabase(database, gate, committing);
      if (way === 'grant') {
        const left = [{ type: 'user' as const, subject: owner!.email, role: 'owner' as const }];
        await createGrants(gated, () => {}).replace(owner!, place.model, left, 'a request');
        return;
      }
      const kind = way === 'group' ? group : workspace;
      await createRoster(gated, announce).remove({ kind, container: place[way], actor: owner! }, byId(guest!.id));
    },

    /** By somebody who was let in before anything happened. */
    admitted: ((place, gate) => append(place, gate, 0)) satisfies Writing,

    /** By somebody who is let in meanwhile. */
    admission: (async (place, gate) => {
      const standing = await asked(gate, () =>
        database.asSystem((em) => standingInDiagram(em, place.diagram, guest!.id)),
      );
      return standing.role === 'writer' ? append(place, gate, standing.epoch) : 'refused';
    }) satisfies Writing,

    /** By somebody who was let in before; the first attempt to write it fails, and nobody knows whether it did. */
    recovered: ((place, gate) => append(place, gate, 0, losingTheFirst(log))) satisfies Writing,

    overRest: (async (place, gate) => {
      const document = Object.assign(new Doc(), { clientID: 1 });
      const update = updateOf((cells) => cells.set('a', 1), document);
      const store = createDocumentStore({ ...stored, executor: gatedExecutor(database.content, gate) });
      return outcomeOf(store.submit(place.diagram, guest!.id, update));
    }) satisfies Writing,

    /** Not an edit: a version that the guest keeps by name. */
    version: (async (place, gate) => {
      const versions = createVersions({ ...stored, documents, executor: gatedExecutor(database.content, gate) });
      return outcomeOf(versions.keep(place.diagram, guest!.id, 'V'));
    }) satisfies Writing,

    /** How much a diagram has in its log, and in versions. */
    async rowsOf({ diagram }: Place): Promise<number> {
      const text = `select (select count(*) from document_update where diagram_id = $1)
        + (select count(*) from document_version where diagram_id = $1) as count`;
      return Number((await log.query<{ count: string }>(text, [diagram]))[0]!.count);
    },

    /** How many statements wait for a lock. */
    async blocked(): Promise<number> {
      const [row] = await log.query<{ count: string }>(
        `select count(*) from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()`,
      );
      return Number(row!.count);
    },

    /** What is committed of a place, as far as it concerns access and the log. */
    async committed({ model, diagram, group: grouped, workspace: space }: Place): Promise<string> {
      const [row] = await log.query<{ state: string }>(
        `select json_build_array(d.head, d.access_epoch, m.workspace_id is null,
           (select count(*) from document_update where diagram_id = d.id),
           (select count(*) from document_client where diagram_id = d.id),
           (select count(*) from document_version where diagram_id = d.id),
           (select string_agg(role || (profile_id is not null)::text, ',' order by role, profile_id) from threat_model_grant where threat_model_id = m.id),
           (select count(*) from group_member where group_id = $3),
           (select string_agg(role, ',' order by role) from workspace_member where workspace_id = $4))::text as state
         from threat_model m join diagram d on d.id = $2 where m.id = $1`,
        [model, diagram, grouped, space],
      );
      return row!.state;
    },
  };
}

export type FenceStage = Awaited<ReturnType<typeof openFenceStage>>;
