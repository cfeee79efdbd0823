/** Questions of other rooms are put with `?`; here they run on a plain connection. */
import type { Queries } from '../access/standing.ts';
import type { SqlExecutor } from '../database/database.ts';

export function asQueries(executor: SqlExecutor): Queries {
  return {
    execute(text, params) {
      let position = 0;
      return executor.query(
        text.replaceAll('?', () => `$${(position += 1)}`),
        params,
      );
    },
  };
}
