/** What the tests of stored documents share: a store on a real database, and a look at the rows behind it. */
import * as Y from 'yjs';
import type { SqlExecutor } from '../../src/database/database.ts';
import type { StoredCell } from '../../src/documents/diagram.ts';
import { createDocumentStore } from '../../src/documents/document-store.ts';
import type { CommittedRow } from '../../src/documents/row.ts';
import { compact } from '../../src/documents/snapshots.ts';
import { createWorkshop } from '../../src/documents/workshop.ts';
import { freshDatabase } from '../support/database.ts';
import { addDiagram, addPerson, logger } from '../sync/stage.ts';

export async function openStage() {
  const [database, workshop] = [await freshDatabase(), createWorkshop()];
  const [ann, bob] = [await addPerson(database, 'ann'), await addPerson(database, 'bob')];
  const { log } = database;
  return {
    database,
    workshop,
    ann,
    bob,
    /** A diagram that ann owns and bob may read. */
    place: () =>
      addDiagram(database, [
        [ann, 'owner'],
        [bob, 'reader'],
      ]),
    /** @param executor the database, unless a test meddles with it */
    openStore(executor: SqlExecutor = database.content, maxDocumentBytes = 67_108_864) {
      const rows: CommittedRow[] = [];
      const committed = (row: CommittedRow) => rows.push(row);
      const store = createDocumentStore({ executor, workshop, committed, maxDocumentBytes, logger });
      return { store, rows };
    },
    /** Compacts whatever there is. */
    compacted: (diagram: string) => compact(database.content, workshop, diagram, { rows: 1, bytes: Infinity }),
    async rowsOf(diagram: string): Promise<number[]> {
      const text = 'select seq from document_update where diagram_id = $1 order by seq';
      return (await log.query<{ seq: string }>(text, [diagram])).map(({ seq }) => Number(seq));
    },
    async snapshotsOf(diagram: string): Promise<number[]> {
      const text = 'select seq from document_snapshot where diagram_id = $1 order by seq';
      return (await log.query<{ seq: string }>(text, [diagram])).map(({ seq }) => Number(seq));
    },
    spoilRow: (diagram: string, seq: number) =>
      log.query(`update document_update set bytes = '\\x05010203' where diagram_id = $1 and seq = $2`, [diagram, seq]),
    spoilSnapshot: (diagram: string, seq: number) =>
      log.query(`update document_snapshot set bytes = '\\x05010203' where diagram_id = $1 and seq = $2`, [
        diagram,
        seq,
      ]),
    /** @param at in SQL */
    insertVersion: (id: string, diagram: string, kind: string, at: string) =>
      log.query(
        `insert into document_version (id, diagram_id, seq, kind, name, bytes, at) values ($1, $2, 1, $3, $4, '\\x00', ${at})`,
        [id, diagram, kind, kind === 'named' ? 'V' : null],
      ),
    async close() {
      await workshop.stop();
      await database.close();
    },
  };
}

export type DocumentStage = Awaited<ReturnType<typeof openStage>>;

export const cell = (id: string, z = 0, members: object = {}): StoredCell => ({ id, z, ...members });

/** The update that a change makes. */
export function updateOf(write: (cells: Y.Map<unknown>) => void, document = new Y.Doc()): Uint8Array {
  const before = Y.encodeStateVector(document);
  document.transact(() => write(document.getMap('cells')));
  return Y.encodeStateAsUpdate(document, before);
}
