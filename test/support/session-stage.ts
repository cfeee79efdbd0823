/**
 * A stage for tests of sessions: people and diagrams in a real database, and nodes on it. A node is what `app.ts` wires
 * for sessions, with connections that only write down what they are told. Nodes share a bus unless a test cuts it.
 */
import { uuidv7 } from 'uuidv7';
import { createNotices } from '../../src/collaboration/notices.ts';
import { createSessions } from '../../src/collaboration/sessions.ts';
import { createSessionStore } from '../../src/collaboration/session-store.ts';
import type { SessionLimits } from '../../src/collaboration/session-value.ts';
import type { Bus } from '../../src/cluster/bus.ts';
import { createPoll } from '../../src/cluster/poll.ts';
import { memoryBus } from '../../src/cluster/memory-bus.ts';
import type { Database } from '../../src/database/database.ts';
import type { Person } from '../../src/identity/person.ts';
import { toPerson, type ProfileRow } from '../../src/identity/profiles.ts';
import { createAwarenessGuard } from '../../src/sync/presence/awareness.ts';
import { createAwarenessRelay } from '../../src/sync/presence/awareness-relay.ts';
import type { LiveConnection } from '../../src/sync/sessions/live-connection.ts';
import { createLive } from '../../src/sync/sessions/live.ts';

export type Message = { type: string; [key: string]: unknown };

/** A connection that writes down what it is told, and how it was closed. */
export interface FakeConnection extends LiveConnection {
  readonly heard: Message[];
  readonly closed: { code: number; reason: string } | null;
  /** What was heard of some types, in order. */
  of(...types: string[]): Message[];
  /** The client goes away. */
  leave(): Promise<void>;
  /** The client sends a stateless message. */
  say(message: unknown): Promise<void>;
}

export const stageLimits: SessionLimits = { maxParticipants: 200, hostGrace: 5000, idle: 300_000 };

export type Stage = ReturnType<typeof createStage>;
export type StageNode = Awaited<ReturnType<Stage['node']>>;

export function createStage(database: Database) {
  const sharedBus = memoryBus(fail);
  const stops: (() => Promise<void>)[] = [];

  const person = async (name: string): Promise<Person> => {
    const email = `${name}-${uuidv7().slice(-12)}@example.com`;
    const [row] = await database.log.query<ProfileRow>(
      `insert into profile (id, issuer, subject, email, username, full_name) values ($1, '', $2, $2, $3, $4) returning *`,
      [uuidv7(), email, name, name],
    );
    return toPerson(row as ProfileRow);
  };

  const grant = (threatModel: string, to: Person, role: string | null) =>
    role === null
      ? database.log.query('delete from threat_model_grant where threat_model_id = $1 and profile_id = $2', [
          threatModel,
          to.id,
        ])
      : database.log.query(
          `insert into threat_model_grant (id, threat_model_id, profile_id, role) values ($1, $2, $3, $4)
           on conflict (threat_model_id, profile_id) do update set role = excluded.role`,
          [uuidv7(), threatModel, to.id, role],
        );

  /** A diagram of its own threat model, on which some people are writers. */
  const diagram = async (owner: Person, ...writers: Person[]): Promise<{ id: string; threatModel: string }> => {
    const [id, threatModel] = [uuidv7(), uuidv7()];
    await database.log.query('insert into threat_model (id, name, owner_id) values ($1, $2, $3)', [
      threatModel,
      'Model',
      owner.id,
    ]);
    await database.log.query('insert into diagram (id, threat_model_id, name) values ($1, $2, $3)', [
      id,
      threatModel,
      'Diagram',
    ]);
    await grant(threatModel, owner, 'owner');
    for (const writer of writers) await grant(threatModel, writer, 'writer');
    return { id, threatModel };
  };

  interface NodeOptions {
    limits?: Partial<SessionLimits>;
    bus?: Bus;
    /** In place of the stage's database, for faults. */
    through?: Database;
  }
  const node = async ({ limits = {}, bus = sharedBus, through = database }: NodeOptions = {}) => {
    const errors: unknown[] = [];
    const onError = (error: unknown) => void errors.push(error);
    const leases = {
      node: uuidv7(),
      draining: false,
      calm: true,
      steady: () => leases.calm,
      sweep: async () => leases.swept.splice(0).length,
      swept: [] as string[],
    };
    await database.log.query(
      `insert into node_lease (node, expires_at) values ($1, clock_timestamp() + interval '1 hour')`,
      [leases.node],
    );
    const store = createSessionStore(through, { ...stageLimits, ...limits });
    // Asked by hand, and waited for.
    const poll = createPoll({ executor: through.log, lease: { held: () => true }, onError, interval: 60_000 });
    const notices = createNotices({ store, bus, poll, onError });
    const sessions = createSessions({ store, notices, leases, onError });
    const { beat } = sessions;
    sessions.beat = () => beat().then(poll.run);
    const guard = createAwarenessGuard({ maxAwarenessBytes: 16_384 });
    const live = createLive({
      sessions,
      notices,
      guard,
      relay: createAwarenessRelay({ bus, onError }),
      maxMessageBytes: 16_384,
      onError,
    });
    stops.push(async () => {
      live.stop();
      await sessions.stop();
    });

    /** A connection as the socket makes it, not yet joined. */
    const connection = (of: Person, on: string, permissions: 'reader' | 'writer' = 'writer'): FakeConnection => {
      const heard: Message[] = [];
      let closed: FakeConnection['closed'] = null;
      const made: FakeConnection = {
        id: uuidv7(),
        diagram: on,
        person: of,
        permissions,
        heard,
        get closed() {
          return closed;
        },
        of: (...types) => heard.filter(({ type }) => types.includes(type)),
        sendStateless: (payload) => void heard.push(JSON.parse(payload) as Message),
        close(closing) {
          if (closed) return;
          closed = closing;
          live.disconnected(made);
        },
        async leave() {
          closed ??= { code: 1000, reason: '' };
          live.disconnected(made);
          await sessions.leave(made.id);
        },
        say: (message) => live.stateless(made, typeof message === 'string' ? message : JSON.stringify(message)),
      };
      return made;
    };
    const connect = async (
      of: Person,
      on: string,
      permissions: 'reader' | 'writer' = 'writer',
    ): Promise<FakeConnection> => {
      const made = connection(of, on, permissions);
      await sessions.join(made);
      await live.connected(made);
      return made;
    };
    /** The node dies: its lease is swept, and nobody on it says goodbye. */
    const die = () => database.log.query('delete from node_lease where node = $1', [leases.node]);
    return { sessions, live, notices, store, guard, leases, errors, connection, connect, die };
  };

  /** Lets the clock of a session pass its end. */
  const overdue = (session: string) =>
    database.log.query(
      `update collaboration_session set ends_at = clock_timestamp() - interval '1 millisecond' where id = $1 and ends_at is not null`,
      [session],
    );

  return {
    database,
    person,
    grant,
    diagram,
    node,
    overdue,
    stop: async () => {
      for (const stop of stops.splice(0)) await stop();
    },
  };
}

function fail(error: unknown): never {
  throw error;
}
