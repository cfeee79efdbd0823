/**
 * Collaboration sessions: what REST and the WebSocket ask of them, and what goes on by itself.
 *
 * Every change runs in the store and is published after its commit. What must not be lost (a leave, a decision about
 * access) and finds the database away is owed, and tried again on every beat. A beat comes twice a second: it pays
 * what is owed, sweeps dead nodes and steps their people out, and ends sessions whose time has come.
 */
import type { Permissions } from '../access/roles.ts';
import { atMost } from '../waiting/at-most.ts';
import type { Leases } from '../cluster/leases.ts';
import type { Person } from '../identity/person.ts';
import { Refusal } from '../refusal.ts';
import { eventOf, readCommand } from './commands.ts';
import { createGathering } from './gathering.ts';
import { refusedEntryOf } from './session-audit.ts';
import type { Notices } from './notices.ts';
import { oneAtATime } from '../waiting/one-at-a-time.ts';
import { inAnyOrder, severalAtATime } from '../waiting/several-at-a-time.ts';
import type { SessionMoment } from './session-rows.ts';
import type { SessionStore } from './session-store.ts';
import { viewOf, type SessionView } from './session-view.ts';
import { createTurns } from '../waiting/turns.ts';

export type { SessionView };

/** A connection that wants to take part. */
export interface Joining {
  /** UUIDv7 of the connection. */
  id: string;
  diagram: string;
  person: Person;
  permissions: Permissions;
}

export interface SessionService {
  /** The active session of a diagram, or null. */
  find(diagram: string): Promise<SessionView | null>;
  /** CS1, CS2: creates or finds. @throws Refusal `removed_from_session` (CS9), `not_found` */
  open(diagram: string, person: Person, requestId?: string): Promise<{ view: SessionView; created: boolean }>;
  /** CS8. @throws Refusal `session_not_found`, `forbidden` */
  end(diagram: string, person: Person, requestId?: string): Promise<void>;
  /**
   * CS3. Idempotent for a connection. A join that was not refused is to be followed by a `leave`, also if it came late.
   * @throws Refusal `session_not_found`, `removed_from_session`, `session_full`, `unavailable`, and nothing else
   */
  join(connection: Joining): Promise<{ session: string }>;
  /** CS5: a connection went, or its join was not followed by a loaded document. Idempotent; never rejects. */
  leave(connection: string): Promise<void>;
  /** What a connection of this node has joined and not left: the session, and the revision that it had then. */
  joined(connection: string): { session: string; revision: number } | null;
  /** A command of the wire, on the session that its connection has joined. @throws Refusal `session_not_found` also when that is over */
  command(connection: Pick<Joining, 'id' | 'diagram' | 'person'>, message: unknown): Promise<void>;
  /** CS12: decides everybody in the diagram's session anew, also a host who is not connected. Never rejects. */
  redecide(diagram: string): Promise<void>;
  /** Active sessions on the diagrams given. */
  activeOn(diagrams: readonly string[]): Promise<SessionView[]>;
  /** One beat of what goes on by itself. Never rejects. */
  beat(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const BEAT = 500;
/** A change of access may concern thousands of sessions: so many are decided anew at a time. */
const DECIDED_AT_A_TIME = 3;
/** How long a stopping node waits for what is under way, ms; whom it does not step out, others will. */
const LAST_WORK = 1000;
/** How many beats apart old notices are forgotten. */
const FORGET = 120;

interface SessionServiceOptions {
  store: SessionStore;
  notices: Notices;
  leases: Pick<Leases, 'node' | 'draining' | 'steady' | 'sweep'>;
  onError: (error: unknown) => void;
}

export function createSessions({ store, notices, leases, onError }: SessionServiceOptions): SessionService {
  const joined = new Map<string, { session: string; revision: number; diagram: string }>();
  const joining = new Map<string, Promise<unknown>>();
  const inTurn = createTurns();
  /** Connections that are to leave; with their diagram where it is not known whether their join was written, or will be. */
  const owedLeaves = new Map<string, string | null>();
  /** Leaves that are under way. */
  const departing = new Set<Promise<unknown>>();
  const owedDecisions = new Set<string>();
  /** A node may have gone with its connections and with decisions that it owed; true at first: it may have been this one. */
  let peopleLost = true;
  let beats = 0;
  let timer: NodeJS.Timeout | undefined;
  let beating: Promise<void> | null = null;
  let stopped = false;

  const tell = (advanced: { session: string; diagram: string } | null) => {
    if (advanced) notices.publish(advanced);
  };
  const tried = (work: () => Promise<unknown>): Promise<boolean> =>
    work().then(
      () => true,
      (error: unknown) => {
        if (!stopped) onError(error);
        return false;
      },
    );

  const enter = createGathering<Joining, { session: string }>(inTurn, async (diagram, crowd) => {
    const { node } = leases;
    const arriving = crowd.map(({ id, person, permissions }) => ({ id, user: person.id, permissions, node }));
    const { session, revision, refusals, advanced, outdated } = await store.join(diagram, arriving);
    for (const [index, { id }] of crowd.entries()) if (!refusals[index]) joined.set(id, { session, revision, diagram });
    tell(advanced);
    if (outdated) void service.redecide(diagram);
    return refusals.map((refusal) => refusal ?? { session });
  });
  const payLeaves = async (connections: readonly string[]) => {
    if (connections.length === 0) return;
    const doubtful = connections.flatMap((connection) => owedLeaves.get(connection) ?? []);
    for (const advanced of await store.leave(connections, doubtful)) tell(advanced);
    for (const connection of connections) owedLeaves.delete(connection);
  };
  const depart = createGathering<string, boolean>(inTurn, async (_, connections) => {
    const paid = await tried(() => payLeaves(connections));
    return connections.map(() => paid);
  });
  const payDecisions = oneAtATime(async () => {
    const owed = [...owedDecisions];
    owedDecisions.clear();
    try {
      const outdated = owed.length > 0 ? await store.outdatedOn(owed) : [];
      await severalAtATime(DECIDED_AT_A_TIME, inAnyOrder(outdated), async (diagram) =>
        tell(await inTurn(diagram, () => store.redecide(diagram))),
      );
    } catch (error) {
      for (const diagram of owed) owedDecisions.add(diagram);
      throw error;
    }
  });
  const change = async (diagram: string, decide: Parameters<SessionStore['change']>[1], requestId?: string) =>
    tell(await inTurn(diagram, () => store.change(diagram, decide, requestId)));

  const sweepNodes = async () => {
    const swept = await leases.sweep().catch((error: unknown) => {
      peopleLost = true; // it may have been carried out all the same
      throw error;
    });
    if (swept > 0) peopleLost = true;
    if (!peopleLost) return;
    for (const advanced of await store.stepOutLost()) tell(advanced);
    for (const diagram of await store.deserted()) owedDecisions.add(diagram);
    peopleLost = false;
  };
  const expireSessions = async () => {
    // After a pause of the database those who wait to come back are let in first.
    if (leases.steady()) for (const advanced of await store.expire(leases.steady)) tell(advanced);
  };
  const run = async () => {
    beats += 1;
    void tried(payDecisions); // of thousands of sessions it takes long: who was lost is stepped out meanwhile
    await tried(() => payLeaves([...owedLeaves.keys()]));
    await tried(sweepNodes);
    await tried(expireSessions);
    if (beats % FORGET === 0) await tried(() => store.forgetNotices());
  };

  const service: SessionService = {
    async find(diagram) {
      const session = await store.find({ diagram });
      return session && viewOf(session);
    },

    async open(diagram, person, requestId) {
      const { session, created } = await store.open(diagram, person.id, requestId);
      if (wasRemoved(session, person)) throw new Refusal('removed_from_session');
      return { view: viewOf(session), created };
    },

    async end(diagram, person, requestId) {
      await change(diagram, ({ now }) => [{ type: 'ended', by: person.id, at: now }], requestId);
    },

    async join(connection) {
      const entering = enter(connection.diagram, connection);
      joining.set(connection.id, entering);
      try {
        return await entering;
      } catch (error) {
        if (error instanceof Refusal) throw error;
        onError(error);
        owedLeaves.set(connection.id, connection.diagram);
        throw new Refusal('unavailable');
      } finally {
        joining.delete(connection.id);
      }
    },

    async leave(connection) {
      await joining.get(connection)?.catch(() => {});
      const diagram = joined.get(connection)?.diagram ?? connection;
      joined.delete(connection);
      if (leases.draining) return;
      owedLeaves.set(connection, owedLeaves.get(connection) ?? null);
      const leaving = depart(diagram, connection).finally(() => departing.delete(leaving));
      departing.add(leaving);
      await leaving;
    },

    joined: (connection) => joined.get(connection) ?? null,

    async command({ id, diagram, person }, message) {
      const at = joined.get(id)?.session;
      const asked = readCommand(message);
      try {
        await change(diagram, (session) => [eventOf(asked, person.id, at, session)]);
      } catch (error) {
        const entry = error instanceof Refusal ? refusedEntryOf(diagram, person.id, asked, error.code) : null;
        if (entry) await tried(() => store.recordRefusal(entry));
        throw error;
      }
    },

    async redecide(diagram) {
      owedDecisions.add(diagram);
      await tried(payDecisions);
    },

    activeOn: async (diagrams) => (await store.activeOn(diagrams)).map(viewOf),

    beat() {
      beating ??= run().finally(() => (beating = null));
      return beating;
    },

    async start() {
      await service.beat();
      timer = setInterval(() => void service.beat(), BEAT);
    },

    async stop() {
      clearInterval(timer);
      await atMost(LAST_WORK, Promise.all([beating, ...departing]));
      stopped = true;
    },
  };
  return service;
}

/** CS9 */
function wasRemoved({ value }: SessionMoment, person: Person): boolean {
  return value.attendance.some(({ user, presence }) => user === person.id && presence.kind === 'removed');
}
