/** What a step made of a session, written to its rows. */
import { uuidv7 } from 'uuidv7';
import { standingInDiagram, type Queries } from '../access/standing.ts';
import { Refusal } from '../refusal.ts';
import { arrayOf } from '../database/array.ts';
import type { PlacedNotice } from './session-rows.ts';
import type { Session } from './session-value.ts';
import type { StoredSession } from './session-view.ts';

/** Whoever deletes the threat model or the diagram locks it too, and then sees the session, or is seen. */
export async function holdThreatModel(queries: Queries, diagram: string): Promise<void> {
  await queries.execute(
    `select from threat_model t join diagram d on d.threat_model_id = t.id where d.id = ? for share of t`,
    [diagram],
  );
}

/** Whoever takes the role away has waited until the session is there, or was waited for (CS12). @throws Refusal */
export async function requireRole(queries: Queries, diagram: string, person: string): Promise<void> {
  const { exists, role } = await standingInDiagram(queries, diagram, person);
  if (!exists) throw new Refusal('not_found');
  if (role === null) throw new Refusal('forbidden', { reason: 'collaborate' });
}

/**
 * CS1: of simultaneous calls one inserts, the others wait for it and get null.
 * @param idle after how long it ends if nobody connects, ms
 */
export async function insertSession(
  queries: Queries,
  { diagram, host, idle }: { diagram: string; host: string; idle: number },
): Promise<string | null> {
  const id = uuidv7();
  const inserted = (await queries.execute(
    `insert into collaboration_session (id, diagram_id, host_id, presenter_id, started_at, ends_at)
     select ?, ?, ?, ?, started, started + ? * interval '1 millisecond' from (select date_trunc('milliseconds', clock_timestamp()) as started) clock
     on conflict (diagram_id) where ended_at is null do nothing returning id`,
    [id, diagram, host, host, idle],
  )) as unknown[];
  return inserted.length > 0 ? id : null;
}

/** Who was in the list before: whoever was connected, and the host, also while the grace runs (CS7). */
const STAYS = 'p.left_at is null or p.profile_id = ?';

/**
 * Writes the difference between a locked session and what steps made of it. Whoever comes is called what they are called
 * now, as long as they stay: another name alone is no revision (CS10).
 * @param at.endsAt when it ends by itself, ms since the epoch, or null
 */
export async function writeSession(
  queries: Queries,
  before: StoredSession,
  after: Session,
  { lastOrdinal, endsAt }: { lastOrdinal: number; endsAt: number | null },
): Promise<void> {
  const changed = after.attendance.filter((attendee) => !before.value.attendance.includes(attendee));
  const gone = changed.filter(({ presence }) => presence.kind !== 'connected').map(({ user }) => user);
  if (changed.length > 0) {
    await queries.execute(
      `insert into session_participant as p (session_id, profile_id, permissions, joined_at, left_at, removed, name, picture)
       select changed.*, coalesce(full_name, username), avatar_url
       from (values ${changed.map(() => '(?::uuid, ?::uuid, ?, ?::timestamptz, ?::timestamptz, ?::boolean)').join(', ')})
         as changed (session, person, permissions, joined_at, left_at, removed) join profile on profile.id = person
       on conflict (session_id, profile_id) do update
       set permissions = excluded.permissions, left_at = excluded.left_at, removed = excluded.removed,
         name = case when ${STAYS} then p.name else excluded.name end,
         picture = case when ${STAYS} then p.picture else excluded.picture end`,
      [
        ...changed.flatMap(({ user, permissions, joinedAt, presence }) => [
          before.id,
          user,
          permissions,
          time(joinedAt),
          presence.kind === 'connected' ? null : time(presence.at),
          presence.kind === 'removed',
        ]),
        before.value.host,
        before.value.host,
      ],
    );
  }
  if (gone.length > 0) {
    await queries.execute('delete from session_connection where session_id = ? and profile_id = any (?::uuid[])', [
      before.id,
      arrayOf(gone),
    ]);
  }
  await queries.execute(
    'update collaboration_session set host_id = ?, presenter_id = ?, revision = ?, last_ordinal = ?, ends_at = ?, ended_at = ?, end_reason = ? where id = ?',
    [
      after.host,
      after.presenter,
      after.revision,
      lastOrdinal,
      time(endsAt),
      after.kind === 'ended' ? time(after.at) : null,
      after.kind === 'ended' ? after.reason : null,
      before.id,
    ],
  );
}

/** Written with the step that they tell of. */
export async function writeNotices(queries: Queries, session: string, notices: readonly PlacedNotice[]): Promise<void> {
  if (notices.length === 0) return;
  await queries.execute(
    `insert into notice (scope, revision, ordinal, payload, at) values ${notices.map(() => '(?, ?, ?, ?, ?)').join(', ')}`,
    notices.flatMap(({ revision, ordinal, notice, at }) => [
      `session:${session}`,
      revision,
      ordinal,
      JSON.stringify(notice),
      time(at),
    ]),
  );
}

function time(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
