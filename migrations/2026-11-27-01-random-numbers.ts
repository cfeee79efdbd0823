/** A new person's number in the conversations API tells nothing of anybody else's (ID5): who counts numbers finds nobody. */
import { Migration } from '@mikro-orm/migrations';

export class RandomNumbers extends Migration {
  override up(): void {
    // From 1 to 2147483647. The last digits of such a UUID are all random.
    this.addSql(`create function random_number() returns int language sql volatile as
      $body$ select greatest(1, ('x' || right(gen_random_uuid()::text, 8))::bit(32)::int & 2147483647) $body$`);
    this.addSql(`alter table profile alter column number set default random_number()`);
    this.addSql(`drop sequence profile_number_seq`);
  }
}
