/** The last ordinal that a session's notices have used at its revision is the session's own, so that the poll need not look for it. */
import { Migration } from '@mikro-orm/migrations';

export class SessionOrdinal extends Migration {
  override up(): void {
    this.addSql(`alter table collaboration_session add column last_ordinal int not null default -1`);
    this.addSql(`update collaboration_session s set last_ordinal = coalesce((select max(n.ordinal) from notice n
      where n.scope = 'session:' || s.id and n.revision = s.revision), -1)`);
  }
}
