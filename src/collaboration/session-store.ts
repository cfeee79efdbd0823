/**
 * Sessions in the database. Every change is one transaction: lock the session's row, read the session, run the pure
 * step, write the difference and the notices. The lock puts the steps of a session in one order on all nodes, and so
 * revisions are gap-free (CS10). That a diagram has one active session is a partial unique index (CS1). A participant
 * is connected as long as a row in `session_connection` says so; those rows go with their node's lease.
 *
 * All times are the database's. `ends_at` says when a session ends by itself; `expire` ends what is due.
 */
import { permissionsOf, type AccessRole, type Permissions } from '../access/roles.ts';
import { arrayOf } from '../database/array.ts';
import type { Database, EntityManager } from '../database/database.ts';
import { recordAudit, type AuditEntry } from '../observe/audit.ts';
import { Refusal } from '../refusal.ts';
import { inAnyOrder, severalAtATime } from '../waiting/several-at-a-time.ts';
import { entryOf } from './session-audit.ts';
import { deadline, type SessionLimits, type UserId } from './session-value.ts';
import type { SessionEvent } from './session.ts';
import {
  deleteConnections,
  insertConnections,
  participantsWithoutConnection,
  sessionsOfConnections,
  sessionsWithLostPeople,
  type StoredConnection,
} from './session-connections.ts';
import {
  lockSession,
  readActive,
  readDeserted,
  readOutdated,
  readSession,
  type Position,
  type SessionKey,
  type SessionMoment,
} from './session-rows.ts';
import { disagree, refusalsOf, run } from './session-run.ts';
import { holdThreatModel, insertSession, requireRole, writeNotices, writeSession } from './session-writes.ts';

/** A session that has something new to tell, and the revision that it has come to. */
export interface Advanced {
  session: string;
  diagram: string;
  revision: number;
}

/** A connection that wants to take part. */
export interface Arriving extends StoredConnection {
  permissions: Permissions;
}

export type SessionStore = ReturnType<typeof createSessionStore>;

/** How often `open` looks again when the session that it found ended at the same moment. */
const OPEN_ATTEMPTS = 10;
/** How many sessions are advanced at a time by what concerns many: most connections remain for requests and for who comes. */
const AT_A_TIME = 3;

export function createSessionStore(database: Database, limits: SessionLimits) {
  const { queries } = database;

  /** Runs events on a locked session, up to its end, and writes what became of it. @throws Refusal */
  const advance = async (
    em: EntityManager,
    before: SessionMoment,
    events: readonly SessionEvent[],
    requestId?: string,
  ): Promise<Advanced | null> => {
    const { value, lastOrdinal, notices } = run(before, events, limits);
    for (const event of events) {
      const entry = entryOf(before.diagram, event);
      if (entry) await recordAudit(em, { ...entry, requestId });
    }
    const endsAt = deadline(value, limits)?.at ?? null;
    if (value !== before.value || notices.length > 0) await writeSession(em, before, value, { lastOrdinal, endsAt });
    await writeNotices(em, before.id, notices);
    const told = notices.length > 0 || value.revision !== before.value.revision;
    return told ? { session: before.id, diagram: before.diagram, revision: value.revision } : null;
  };

  /** One transaction for each session, so that they do not wait for each other; a few at a time, as there may be thousands. */
  const advanceEach = async (
    sessions: readonly string[],
    eventsOf: (em: EntityManager, locked: SessionMoment) => Promise<SessionEvent[]>,
  ): Promise<Advanced[]> => {
    const advanced = await severalAtATime(AT_A_TIME, inAnyOrder(sessions), (session) =>
      database.asSystem(async (em) => {
        const locked = await lockSession(em, { session });
        return locked?.value.kind === 'active' ? advance(em, locked, await eventsOf(em, locked)) : null;
      }),
    );
    return advanced.filter((one) => one !== null);
  };

  return {
    find: (key: SessionKey): Promise<SessionMoment | null> => readSession(queries(), key),

    activeOn: (diagrams: readonly string[]): Promise<SessionMoment[]> => readActive(queries(), diagrams),

    outdatedOn: (diagrams: readonly string[]): Promise<string[]> => readOutdated(queries(), diagrams),

    /** A session, whatever its state, with the notices after a position. */
    since: (session: string, after: Position): Promise<SessionMoment | null> =>
      readSession(queries(), { session }, after),

    /** CS1, CS2. @throws Refusal `not_found` without such a diagram, `forbidden` without a role there */
    async open(
      diagram: string,
      host: UserId,
      requestId?: string,
    ): Promise<{ session: SessionMoment; created: boolean }> {
      for (let attempt = 1; attempt <= OPEN_ATTEMPTS; attempt += 1) {
        const created = await database.asSystem(async (em) => {
          await holdThreatModel(em, diagram);
          await requireRole(em, diagram, host);
          const inserted = await insertSession(em, { diagram, host, idle: limits.idle });
          const entry = {
            actor: host,
            action: 'session.open',
            container: `diagram:${diagram}`,
            outcome: 'granted' as const,
          };
          if (inserted) await recordAudit(em, { ...entry, requestId });
          return inserted;
        });
        const session = await readSession(queries(), created ? { session: created } : { diagram });
        if (session) return { session, created: created !== null };
      }
      throw new Refusal('unavailable');
    },

    /**
     * CS3, CS4: connections that come at once, each let in or refused by itself. One that is there already changes nothing.
     * @returns for each, in order, why it is refused, or null; the revision that the session has now; and whether what
     * somebody may do has to be read anew
     * @throws Refusal `session_not_found`, `unavailable`
     */
    async join(
      diagram: string,
      connections: readonly Arriving[],
    ): Promise<{
      session: string;
      revision: number;
      refusals: (Refusal | null)[];
      advanced: Advanced | null;
      outdated: boolean;
    }> {
      return database.asSystem(async (em) => {
        const locked = await lockSession(em, { diagram });
        if (!locked) throw new Refusal('session_not_found');
        const arrivals = connections.map(({ user, permissions }) => {
          return { type: 'joined', user, permissions, at: locked.now } satisfies SessionEvent;
        });
        const refusals = refusalsOf(locked.value, arrivals, limits);
        const isTaken = (_: unknown, index: number) => refusals[index] === null;
        const advanced = await advance(em, locked, arrivals.filter(isTaken));
        const outdated = disagree(locked.value, arrivals);
        await insertConnections(em, locked.id, connections.filter(isTaken));
        const { revision } = advanced ?? locked.value;
        return { session: locked.id, revision, refusals, advanced, outdated };
      });
    },

    /**
     * CS4, CS5: people leave with their last connection. A connection that is not there changes nothing.
     * @param doubtful diagrams on which a join of theirs may still be about to commit: it is waited for
     */
    leave: async (connections: readonly string[], doubtful: readonly string[] = []): Promise<Advanced[]> =>
      advanceEach(await sessionsOfConnections(queries(), connections, doubtful), async (em, locked) => {
        await deleteConnections(em, locked.id, connections);
        return leavesOf(em, locked);
      }),

    /**
     * Runs what `decide` makes of the diagram's active session.
     * @throws Refusal `session_not_found`, or what the step or `decide` refuses
     */
    async change(
      diagram: string,
      decide: (session: SessionMoment) => SessionEvent[],
      requestId?: string,
    ): Promise<Advanced | null> {
      return database.asSystem(async (em) => {
        const locked = await lockSession(em, { diagram });
        if (!locked) throw new Refusal('session_not_found');
        return advance(em, locked, decide(locked), requestId);
      });
    },

    /** MB5: a refusal, which changed nothing. */
    recordRefusal: (entry: AuditEntry): Promise<void> => recordAudit(queries(), entry),

    /** CS12: what everybody in the diagram's session may do, read anew under the session's lock: the last reader is right. */
    async redecide(diagram: string): Promise<Advanced | null> {
      return database.asSystem(async (em) => {
        const locked = await lockSession(em, { diagram });
        if (!locked) return null;
        const rows = await em.execute<{ user: UserId; role: AccessRole | null }[]>(
          'select person as user, diagram_role(?, person) as role from unnest(?::uuid[]) person',
          [diagram, arrayOf([...locked.people.keys()])],
        );
        return advance(
          em,
          locked,
          rows.map(({ user, role }) => ({
            type: 'access_changed',
            user,
            permissions: permissionsOf(role),
            at: locked.now,
          })),
        );
      });
    },

    /** CS7, CS11: ends the sessions whose time has come. @param mayEnd asked again when it is known which they are: the database may have paused */
    async expire(mayEnd: () => boolean = () => true): Promise<Advanced[]> {
      const due = `ended_at is null and ends_at <= clock_timestamp()`;
      const sessions = await queries().execute<{ id: string }[]>(`select id from collaboration_session where ${due}`);
      if (!mayEnd()) return [];
      return advanceEach(
        sessions.map(({ id }) => id),
        async (em, locked) => {
          const still = await em.execute<unknown[]>(`select from collaboration_session where id = ? and ${due}`, [
            locked.id,
          ]);
          return still.length > 0 ? [{ type: 'expired', at: locked.now }] : [];
        },
      );
    },

    /** CS5: steps out the people whose connections went with their node. */
    stepOutLost: async (): Promise<Advanced[]> => advanceEach(await sessionsWithLostPeople(queries()), leavesOf),

    /** Diagrams with an active session that nobody is connected to: if a node dies that had to decide it anew, no other one will. */
    deserted: (): Promise<string[]> => readDeserted(queries()),

    /** Notices are kept 15 minutes. */
    async forgetNotices(): Promise<void> {
      await queries().execute(`delete from notice where at < clock_timestamp() - interval '15 minutes'`);
    },
  };
}

async function leavesOf(em: EntityManager, locked: SessionMoment): Promise<SessionEvent[]> {
  const users = await participantsWithoutConnection(em, locked.id);
  return users.map((user) => ({ type: 'left', user, at: locked.now }));
}
