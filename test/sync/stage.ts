/** A small server of the WebSocket side alone: the real log on a real database, with the session side played. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import { createPoll } from '../../src/cluster/poll.ts';
import { memoryBus } from '../../src/cluster/memory-bus.ts';
import type { Bus } from '../../src/cluster/bus.ts';
import type { AccessRole } from '../../src/access/roles.ts';
import { decideWriters } from '../../src/access/standing.ts';
import type { Database, SqlExecutor } from '../../src/database/database.ts';
import { createBudget } from '../../src/budget.ts';
import { createDocumentStore, type DocumentStore } from '../../src/documents/document-store.ts';
import { asQueries } from '../../src/documents/queries.ts';
import { encodeRowMessage, rowChannel, type CommittedRow } from '../../src/documents/row.ts';
import { createUpdateLog, type UpdateLog } from '../../src/documents/update-log.ts';
import { createWorkshop } from '../../src/documents/workshop.ts';
import type { Actor } from '../../src/identity/person.ts';
import { Refusal } from '../../src/refusal.ts';
import { createAwarenessGuard } from '../../src/sync/presence/awareness.ts';
import { syncLimits, type SyncLimits } from '../../src/sync/limits.ts';
import { createSync, type Sync } from '../../src/sync/sync.ts';

export const logger = pino({ level: 'silent' });

/** A person with a profile; the token is the person's id. */
export async function addPerson(database: Database, name: string): Promise<Actor> {
  const id = uuidv7();
  const email = `${name}-${id}@example.com`;
  const [row] = await database.log.query<{ number: number }>(
    `insert into profile (id, issuer, subject, email, username) values ($1, '', $2, $2, $3) returning number`,
    [id, email, name],
  );
  return {
    id,
    number: row!.number,
    email,
    username: name,
    fullName: null,
    avatarUrl: null,
    platformAdmin: false,
    expiresAt: Date.now() + 3_600_000,
  };
}

/** A diagram in a threat model of its own. */
export async function addDiagram(
  database: Database,
  roles: readonly (readonly [Actor, AccessRole])[],
): Promise<{ model: string; diagram: string }> {
  const [model, diagram] = [uuidv7(), uuidv7()];
  const { log } = database;
  await log.query(`insert into threat_model (id, name, owner_id) values ($1, 'M', $2)`, [model, roles[0]![0].id]);
  await log.query(`insert into diagram (id, threat_model_id, name) values ($1, $2, 'D')`, [diagram, model]);
  for (const [person, role] of roles) await insertGrant(log, model, person, role);
  return { model, diagram };
}

function insertGrant(executor: SqlExecutor, model: string, person: Actor, role: AccessRole): Promise<unknown> {
  const columns = 'id, threat_model_id, profile_id, role';
  return executor.query(`insert into threat_model_grant (${columns}) values ($1, $2, $3, $4)`, [
    uuidv7(),
    model,
    person.id,
    role,
  ]);
}

/** Gives somebody a role, or takes it away, and raises the epochs as a change of access does. */
export async function grant(database: Database, model: string, person: Actor, role: AccessRole | null): Promise<void> {
  await database.log.transaction(async (transaction) => {
    await transaction.query(`select lock_container('threat_model', $1)`, [model]);
    await transaction.query('delete from threat_model_grant where threat_model_id = $1 and profile_id = $2', [
      model,
      person.id,
    ]);
    if (role) await insertGrant(transaction, model, person, role);
    await transaction.query(`select raise_access_epochs('threat_model', $1)`, [model]);
  });
}

export interface Stage {
  sync: Sync;
  log: UpdateLog;
  store: DocumentStore;
  http: Server;
  /** The URL of a diagram's socket, and of the shared one. */
  url(place: { model: string; diagram: string }): string;
  sharedUrl: string;
  /** Rows in the order in which they were committed by this node. */
  rows: CommittedRow[];
  joined: string[];
  left: string[];
  close(): Promise<void>;
}

export interface StageOptions {
  database: Database;
  people: readonly Actor[];
  bus?: Bus;
  /** What the log writes through. */
  executor?: SqlExecutor;
  limits?: Partial<SyncLimits>;
  /** ms between polls */
  poll?: number;
  overrides?: Partial<Parameters<typeof createSync>[0]>;
}

const LIMITS = syncLimits({
  maxFrameBytes: 4_194_304,
  maxDocumentBytes: 67_108_864,
  maxAwarenessBytes: 16_384,
  maxSocketsPerUser: 20,
  slowConsumerBytes: 8_388_608,
});

export async function startStage({
  database,
  people,
  executor = database.log,
  ...options
}: StageOptions): Promise<Stage> {
  const bus = options.bus ?? memoryBus((error) => logger.error(error));
  const limits = { ...LIMITS, ...options.limits };
  const budget = createBudget(limits.bufferBytes);
  const rows: CommittedRow[] = [];
  const joined: string[] = [];
  const left: string[] = [];
  const committed = (row: CommittedRow) => {
    rows.push(row);
    sync.committed(row);
    bus.publish(rowChannel(row.diagram), encodeRowMessage(row));
  };
  const log = createUpdateLog({
    executor,
    budget,
    logger,
    committed,
    decide: (asked) => decideWriters(asQueries(database.log), asked),
  });
  const workshop = createWorkshop();
  const store = createDocumentStore({
    executor: database.content,
    workshop,
    committed,
    maxDocumentBytes: limits.maxDocumentBytes,
    logger,
  });
  const byId = new Map(people.map((person) => [person.id, person]));
  const lease = options.overrides?.lease ?? { held: () => true, whenHeld: async () => {} };
  const poll = createPoll({
    executor: database.log,
    lease,
    interval: options.poll ?? 100,
    onError: (error) => logger.error(error),
  });
  const sync = createSync({
    database,
    poll,
    bus,
    log,
    workshop,
    budget,
    limits,
    logger,
    newId: uuidv7,
    rooms: null,
    originAllowed: (origin) => origin === 'https://app.example.com',
    lease,
    authenticator: {
      async authenticate(token) {
        const person = byId.get(token);
        if (!person) throw new Refusal('unauthenticated');
        return { ...person };
      },
    },
    sessions: {
      async join({ id }) {
        joined.push(id);
        return { session: 'a session' };
      },
      async leave(id) {
        left.push(id);
      },
      async redecide() {},
    },
    live: {
      async connected() {},
      disconnected: ({ id }) => void left.push(id),
      async stateless() {},
      attach() {},
      detach() {},
      stop() {},
    },
    guard: createAwarenessGuard({ maxAwarenessBytes: limits.maxAwarenessBytes }),
    metrics: { sockets: { set() {} }, documents: { set() {} }, closes: { inc() {} } },
    pace: { round: options.poll ?? 100, flushDeadline: 2000, closeOver: 40 },
    ...options.overrides,
  });
  sync.start();
  poll.start();
  const http = createServer();
  http.on('upgrade', sync.upgrade);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const origin = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    sync,
    log,
    store,
    http,
    rows,
    joined,
    left,
    url: ({ model, diagram }) => `${origin}/threat_models/${model}/diagrams/${diagram}/ws`,
    sharedUrl: `${origin}/ws`,
    async close() {
      await poll.stop();
      await sync.stop();
      await log.stop();
      await workshop.stop();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** Sets a diagram's log of two rows back to the first, as a database would be that was restored. */
export async function setBack(database: Database, diagram: string): Promise<void> {
  await database.log.transaction(async (transaction) => {
    await transaction.query('delete from document_update where diagram_id = $1 and seq = 2', [diagram]);
    await transaction.query('update diagram set head = 1 where id = $1', [diagram]);
  });
}
