/**
 * Writes that come through REST. They are edits like any other: a row of the log, or several that follow each other and
 * are committed together if it is large, which open documents get as they get every row.
 *
 * The edit is built outside any lock, on the document at the head of the log. Then one transaction locks the diagram's
 * row, decides access in a later statement (what changed access has either committed and is seen, or waits for this
 * lock), compares `If-Match`, and inserts the rows and an audit row if the edit holds at the head that there is now; what
 * holds at any later head is written before it is locked (`staging.ts`). If it does not hold, the rows since are read and
 * the edit is brought up to them, which takes less. Somebody who loses that race too often does so under the lock.
 */
import { permissionsOf } from '../access/roles.ts';
import { standingInDiagram } from '../access/standing.ts';
import type { SqlExecutor } from '../database/database.ts';
import { recordAudit, type AuditEntry } from '../observe/audit.ts';
import { Refusal } from '../refusal.ts';
import { baseOf, stands } from './base.ts';
import { isLockTimeout, prepareWrite } from './flush.ts';
import { Unreadable, type LogPart } from './log-part.ts';
import { asQueries } from './queries.ts';
import { readLog, readWhole } from './reading.ts';
import type { CommittedRow } from './row.ts';
import { append, stage } from './staging.ts';

/** What the audit trail says of a write that was granted, in its transaction; null: nothing. */
export type Audited = Omit<AuditEntry, 'actor' | 'outcome'> | null;

export interface Edit {
  diagram: string;
  /** The author, a profile id. */
  person: string;
  /** The head that the author has seen; null: any. */
  ifMatch: number | null;
  /** Whether what was built may be inserted at a later head than it was built on, as what editors send is. */
  holdsLater: boolean;
  audit: Audited;
  /**
   * The rows that are the edit of this document, none if there is nothing to do.
   * @param asking what the database may be asked through meanwhile; @throws Refusal
   */
  build(part: LogPart, asking: SqlExecutor): Promise<Uint8Array[]>;
}

export interface WritingDependencies {
  executor: SqlExecutor;
  committed(row: CommittedRow): void;
  report(diagram: string, fault: Unreadable): void;
}

const ATTEMPTS = 5;
/** How long to wait for a diagram that somebody else has locked, ms. */
const LOCK_TIMEOUT = 5000;

/**
 * @returns the head with the edit in it
 * @throws Refusal `not_found`, `forbidden`, `precondition_failed`, `unavailable` (what is stored cannot be read, or is
 * locked for too long), or what the edit throws
 */
export async function write(dependencies: WritingDependencies, edit: Edit): Promise<{ head: number }> {
  const { executor, committed, report } = dependencies;
  await requireWriter(executor, edit.diagram, edit.person); // before anything is built or claimed
  try {
    let draft = await draftOf(dependencies, edit);
    for (let attempt = 1; ; attempt += 1) {
      const late = attempt === ATTEMPTS;
      const written = await executor.transaction((transaction) => insert(transaction, edit, draft, late));
      written.rows.forEach(committed);
      if (!written.moved) return { head: written.head };
      draft = await redrawn(executor, edit, draft);
    }
  } catch (error) {
    if (isLockTimeout(error)) throw new Refusal('unavailable');
    if (!(error instanceof Unreadable)) throw error;
    report(edit.diagram, error);
    throw new Refusal('unavailable');
  }
}

/** An edit, and the document that it was built on. */
interface Draft {
  base: LogPart;
  rows: Uint8Array[];
}

async function draftOf({ executor, report }: WritingDependencies, edit: Edit): Promise<Draft> {
  const { diagram, ifMatch } = edit;
  const build = async (base: LogPart) => {
    if (ifMatch !== null && ifMatch < base.head) throw new Refusal('precondition_failed');
    return { base, rows: await edit.build(base, executor) };
  };
  const read = await readWhole(executor, diagram, build, (fault) => report(diagram, fault));
  if (!read) throw new Refusal('not_found');
  return read.value;
}

/** The edit on top of what has come since. */
async function redrawn(executor: SqlExecutor, edit: Edit, { base }: Draft): Promise<Draft> {
  const since = await readLog(executor, edit.diagram, base.head);
  if (!since) throw new Refusal('not_found');
  if (since.head < base.head) throw new Refusal('unavailable'); // the database was set back under our feet
  const whole = since.snapshot ? since : { ...base, head: since.head, rows: [...base.rows, ...since.rows] };
  return { base: whole, rows: await edit.build(whole, executor) };
}

interface Written {
  head: number;
  /** Whether the head was another one, and nothing was written. */
  moved: boolean;
  rows: CommittedRow[];
}

async function insert(transaction: SqlExecutor, edit: Edit, draft: Draft, late: boolean): Promise<Written> {
  const { diagram, person, audit } = edit;
  const staged = (rows: readonly Uint8Array[]) => stage(transaction, diagram, person, rows);
  await prepareWrite(transaction, LOCK_TIMEOUT);
  const early = edit.holdsLater ? await staged(draft.rows) : null;
  const [locked] = await transaction.query<{ head: string }>(
    'select head from diagram where id = $1 for no key update',
    [diagram],
  );
  if (!locked) throw new Refusal('not_found');
  await requireWriter(transaction, diagram, person);
  const head = Number(locked.head);
  if (edit.ifMatch !== null && edit.ifMatch !== head) throw new Refusal('precondition_failed');
  if (!(await stands(transaction, diagram, baseOf(draft.base)))) throw new Refusal('unavailable');
  const holds = edit.holdsLater || head === draft.base.head;
  if (!holds && !late) return { head, moved: true, rows: [] };
  const last = early ?? (await staged((holds ? draft : await redrawn(transaction, edit, draft)).rows));
  const rows = last.rows.length > 0 ? await append(transaction, last, head) : [];
  const at = head + rows.length;
  if (audit) {
    const details = { ...audit.details, head: at };
    await recordAudit(asQueries(transaction), { ...audit, details, actor: person, outcome: 'granted' });
  }
  return { head: at, moved: false, rows };
}

/** @throws Refusal `not_found`, `forbidden` */
export async function requireWriter(executor: SqlExecutor, diagram: string, person: string): Promise<void> {
  const standing = await standingInDiagram(asQueries(executor), diagram, person);
  if (!standing.exists) throw new Refusal('not_found');
  if (permissionsOf(standing.role) !== 'writer') throw new Refusal('forbidden');
}
