/** Members as rows: every kind's member table read in one shape, with the profile beside it, in one query. */
import type { EntityManager } from '../database/database.ts';
import { PROFILE_COLUMNS, toPerson, type ProfileRow } from '../identity/profiles.ts';
import type { Kind, Member } from './kind.ts';

interface MemberRow extends ProfileRow {
  member_number: number | null;
  member_role: string | null;
  added_at: string;
  added_by_id: string | null;
}

export interface RosterPage {
  /** null: all that is left. */
  limit: number | null;
  /** `added_at` and profile id of the row before the page. */
  after: readonly string[] | null;
}

/** Somebody's row in a container that the caller may see, or null. */
export async function memberRow(
  em: EntityManager,
  kind: Kind,
  container: string,
  person: string,
): Promise<Member | null> {
  const rows = await em.execute<MemberRow[]>(
    `${selectMembers(kind)} where m.${kind.containerColumn} = ? and m.profile_id = ?`,
    [container, person],
  );
  return rows[0] ? toMember(rows[0]) : null;
}

/** The rows of a container that the caller may see, in order of `added_at`; one more than `limit` if there are more. */
export async function memberRows(
  em: EntityManager,
  kind: Kind,
  container: string,
  page: RosterPage,
): Promise<Member[]> {
  const after = page.after ? 'and (m.added_at, m.profile_id) > (?, ?)' : '';
  const rows = await em.execute<MemberRow[]>(
    `${selectMembers(kind)} where m.${kind.containerColumn} = ? ${after}
     order by m.added_at, m.profile_id ${page.limit === null ? '' : 'limit ?'}`,
    [container, ...(page.after ?? []), ...(page.limit === null ? [] : [page.limit + 1])],
  );
  return rows.map(toMember);
}

function selectMembers(kind: Kind): string {
  const profile = PROFILE_COLUMNS.split(', ').map((column) => `p.${column}`);
  return `select ${profile.join(', ')}, m.added_at, m.added_by_id,
    ${kind.numbered ? 'm.id' : 'null::int'} as member_number,
    ${kind.roles.length > 0 ? 'm.role' : 'null::text'} as member_role
    from ${kind.table} m join profile p on p.id = m.profile_id`;
}

function toMember(row: MemberRow): Member {
  return {
    person: toPerson(row),
    role: row.member_role,
    addedAt: new Date(row.added_at),
    addedBy: row.added_by_id,
    number: row.member_number,
  };
}
