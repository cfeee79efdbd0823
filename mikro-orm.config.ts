/** For the MikroORM command line, which is not among the packages (`@mikro-orm/cli`); the server itself opens the database in `src/database/`. */
import { defineConfig } from '@mikro-orm/postgresql';
import { ormOptions } from './src/database/database.ts';

const clientUrl = process.env.DATABASE_URL ?? 'postgresql://127.0.0.1:5432/roundtable';

export default defineConfig({
  ...ormOptions,
  clientUrl,
  driverOptions: { connectionString: clientUrl },
});
