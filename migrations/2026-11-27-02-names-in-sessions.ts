/** What somebody is called in a session is the session's own (CS10): a new name or picture does not change a list that was told. */
import { Migration } from '@mikro-orm/migrations';

export class NamesInSessions extends Migration {
  override up(): void {
    this.addSql(`alter table session_participant add column name text, add column picture text`);
    this.addSql(`update session_participant p set name = coalesce(someone.full_name, someone.username), picture = someone.avatar_url
      from profile someone where someone.id = p.profile_id
      and exists (select from collaboration_session s where s.id = p.session_id and s.ended_at is null)`);
  }
}
