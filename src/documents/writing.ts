/**
 * Writes that come through REST. They are edits like any other: one row of the log, which open documents get as they
 * get every row.
 *
 * The edit is built outside any lock, on a copy of the document at the head of the log. Then one transaction locks the
 * diagram's row, decides access in a later statement (what changed access has either committed and is seen, or waits
 * for this lock), compares `If-Match`, and inserts if the head has not moved. If it has, the rows since are read and the
 * edit is built again. Somebody who loses that race too often builds under the lock.
 */
import * as Y from 'yjs';
import { permissionsOf } from '../access/roles.ts';
import { standingInDiagram, type Queries } from '../access/standing.ts';
import type { SqlExecutor } from '../database/database.ts';
import { Refusal } from '../refusal.ts';
import { insertRow } from './flush.ts';
import { readLog, replay, Unreadable } from './reading.ts';
import { joinUpdates, type CommittedRow } from './row.ts';

export interface Edit {
  diagram: string;
  /** The author, a profile id. */
  person: string;
  /** The head that the author has seen; null: any. */
  ifMatch: number | null;
  /** What must be asked of the database before `build`, each time the document has moved. */
  prepare(document: Y.Doc): Promise<void>;
  /** The edit as an update, null if there is nothing to do. Must leave the document as it is. @throws Refusal */
  build(document: Y.Doc): Uint8Array | null;
}

export interface WritingDependencies {
  executor: SqlExecutor;
  newId(): string;
  committed(row: CommittedRow): void;
  report(diagram: string, fault: Unreadable): void;
}

const ATTEMPTS = 5;

/**
 * @returns the head with the edit in it
 * @throws Refusal `not_found`, `forbidden`, `precondition_failed`, `unavailable` (what is stored cannot be read), or
 * what the edit throws
 */
export async function write(dependencies: WritingDependencies, edit: Edit): Promise<{ head: number }> {
  const { executor, committed, report } = dependencies;
  const base = { document: new Y.Doc(), head: 0 };
  await requireWriter(executor, edit.diagram, edit.person); // before anything is claimed or built
  try {
    for (let attempt = 1; ; attempt += 1) {
      await catchUp(executor, edit.diagram, base);
      await edit.prepare(base.document);
      const update = attempt < ATTEMPTS ? edit.build(base.document) : 'under the lock';
      const written = await executor.transaction((transaction) =>
        insert(dependencies, transaction, edit, base, update),
      );
      if (written === 'moved') continue;
      if (written.row) committed(written.row);
      return { head: written.head };
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    report(edit.diagram, error);
    throw new Refusal('unavailable');
  }
}

/** A document and the head that it is at. */
interface Base {
  document: Y.Doc;
  head: number;
}

async function catchUp(executor: SqlExecutor, diagram: string, base: Base): Promise<void> {
  const part = await readLog(executor, diagram, base.head);
  if (!part) throw new Refusal('not_found');
  if (part.head < base.head) throw new Refusal('unavailable'); // the database was set back under our feet
  base.head = replay(base.document, part);
}

async function insert(
  { newId }: WritingDependencies,
  transaction: SqlExecutor,
  edit: Edit,
  base: Base,
  built: Uint8Array | null | 'under the lock',
): Promise<{ head: number; row: CommittedRow | null } | 'moved'> {
  const { diagram, person } = edit;
  const [locked] = await transaction.query<{ head: string }>(
    'select head from diagram where id = $1 for no key update',
    [diagram],
  );
  if (!locked) throw new Refusal('not_found');
  await requireWriter(transaction, diagram, person);
  const head = Number(locked.head);
  if (edit.ifMatch !== null && edit.ifMatch !== head) throw new Refusal('precondition_failed');
  if (built === 'under the lock') await catchUp(transaction, diagram, base);
  else if (head !== base.head) return 'moved';
  const update = built === 'under the lock' ? edit.build(base.document) : built;
  if (update === null) return { head, row: null };
  const row = { diagram, seq: head + 1, bytes: joinUpdates([update]) };
  await insertRow(transaction, { diagram, id: newId(), authors: [person], bytes: row.bytes }, row.seq);
  return { head: row.seq, row };
}

/** @throws Refusal `not_found`, `forbidden` */
export async function requireWriter(executor: SqlExecutor, diagram: string, person: string): Promise<void> {
  const standing = await standingInDiagram(asQueries(executor), diagram, person);
  if (!standing.exists) throw new Refusal('not_found');
  if (permissionsOf(standing.role) !== 'writer') throw new Refusal('forbidden');
}

/** The one question of access is put with `?`; here it runs on a plain connection. */
function asQueries(executor: SqlExecutor): Queries {
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
