/** The documents that are open on a node, as they come to what others have written. */
import type { Document } from '@hocuspocus/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as Y from 'yjs';
import { memoryBus } from '../../../src/cluster/memory-bus.ts';
import type { Database, SqlExecutor } from '../../../src/database/database.ts';
import { createWorkshop } from '../../../src/documents/workshop.ts';
import { createReplicas } from '../../../src/sync/replicas/replicas.ts';
import { freshDatabase } from '../../support/database.ts';
import { eventually, pause } from '../../support/patience.ts';
import { addDiagram, addPerson, logger } from '../stage.ts';

const DOCUMENTS = 20;
/** Connections that the log has: for its flush, for the lease, for the poll and for what documents ask. */
const CONNECTIONS = 6;

const workshop = createWorkshop();
let database: Database;

beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(async () => {
  await workshop.stop();
  await database.close();
});

it('DO3 NO1 of many documents that are behind at once a few are caught up with at a time: the log and the lease find a connection, and an edit does not wait for all', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  let [asked, most] = [0, 0];
  const begun: string[] = [];
  const executor: SqlExecutor = {
    ...database.log,
    async query(text, values, name) {
      most = Math.max(most, (asked += 1));
      begun.push(text.includes('document_client') ? 'claim' : 'read');
      await released;
      const answer = await database.log.query<never>(text, values, name);
      asked -= 1;
      return answer;
    },
  };
  const replicas = createReplicas({
    executor,
    content: database.content,
    workshop,
    bus: memoryBus((error) => expect.unreachable(String(error))),
    lease: { held: () => true },
    lost: (_diagram, _document, loss) => expect.unreachable(loss),
    loaded() {},
    logger,
  });
  const ada = await addPerson(database, 'ada');
  for (let count = 0; count < DOCUMENTS; count += 1) {
    const { diagram } = await addDiagram(database, [[ada, 'owner']]);
    await replicas.open(diagram, Object.assign(new Y.Doc(), { connections: new Map() }) as unknown as Document);
  }
  await database.log.query(
    `insert into document_update (diagram_id, seq, bytes, batch_id, authors)
     select id, 1, '\\x020000', gen_random_uuid(), '{}' from diagram`,
  );
  await database.log.query('update diagram set head = 1');
  const all = [...replicas.all()];
  const caughtUp = Promise.all(all.map((replica) => replica.catchUp()));
  await pause(0);
  expect(asked).toBeGreaterThan(0);
  expect(most).toBeLessThan(CONNECTIONS - 2);
  const underWay = begun.length;
  const claimed = all[0]!.claim(ada.id, new Set([7]));
  release();
  await Promise.all([caughtUp, claimed]);
  expect(begun[underWay]).toBe('claim'); // an edit waits for it
  expect(all.map((replica) => replica.have())).toEqual(all.map(() => 1));
  expect(most).toBeLessThan(CONNECTIONS - 2);
  all.forEach((replica) => replica.close());
  await eventually(() => expect([...replicas.all()]).toEqual([]));
});
