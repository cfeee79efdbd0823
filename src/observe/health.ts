/** Whether this node can serve. It is ready once it has started, while it is not draining, and while the database answers and takes writes. */
import type { Bus } from '../cluster/bus.ts';
import type { Database } from '../database/database.ts';
import { atMost } from '../waiting/at-most.ts';

export interface Health {
  phase: 'starting' | 'running' | 'draining';
  check(): Promise<{ ready: boolean; phase: Health['phase']; database: 'up' | 'down'; messenger: 'up' | 'degraded' }>;
}

/** How long the database may take to answer before it counts as away, ms. */
const PATIENCE = 2000;

export function createHealth(database: Database, bus: Bus): Health {
  const answersInTime = createQuestion(database);
  const health: Health = {
    phase: 'starting',
    async check() {
      const up = await answersInTime();
      const messenger = bus.healthy ? 'up' : 'degraded';
      return { ready: up && health.phase === 'running', phase: health.phase, database: up ? 'up' : 'down', messenger };
    },
  };
  return health;
}

/** Whether the database answers, and takes writes: after a failover it may be a standby. However many ask, it is asked one question at a time: anybody may ask. */
function createQuestion(database: Pick<Database, 'log'>): () => Promise<boolean> {
  let asked: Promise<boolean> | null = null;
  const ask = () =>
    database.log
      .query<{ read_only: string }>(`select current_setting('transaction_read_only') as read_only`)
      .then(
        ([row]) => row?.read_only !== 'on',
        () => false,
      )
      .finally(() => (asked = null));
  return async () => (await atMost(PATIENCE, (asked ??= ask()))) ?? false;
}
