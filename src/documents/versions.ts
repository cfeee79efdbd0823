/**
 * Versions of a diagram: its state as it was at a sequence number. They are kept by name when a writer asks, and by
 * themselves at most once per five minutes of editing. Restoring one is an edit that makes the content equal to what it
 * was (DO6); nothing is rewritten.
 */
import { uuidv7 } from 'uuidv7';
import type { SqlExecutor } from '../database/database.ts';
import { recordAudit } from '../observe/audit.ts';
import { Refusal } from '../refusal.ts';
import { createGatedTurns } from '../waiting/gate.ts';
import type { DocumentStore } from './document-store.ts';
import { Unreadable } from './log-part.ts';
import { assembled, inPieces, send, type Piece } from './pieces.ts';
import { asQueries } from './queries.ts';
import type { Workshop } from './workshop.ts';
import { requireWriter, type Audited } from './writing.ts';

export interface Version {
  id: string;
  /** The sequence number of the log that it is the state at. */
  seq: number;
  name: string | null;
  kind: 'automatic' | 'named';
  /** Who named it; null for an automatic one. */
  author: { id: string; email: string } | null;
  at: Date;
}

export interface Versions {
  /** Newest first, one more than `limit` if there are more. @param page.after `[at, id]` of the last one seen, `at` in ISO 8601 */
  list(diagram: string, page: { limit: number; after: readonly string[] | null }): Promise<Version[]>;
  /** Keeps the state as it is now. Writers. @throws Refusal `not_found`, `forbidden`, `unavailable` (DO5) */
  keep(diagram: string, person: string, name: string, audit?: Audited): Promise<Version>;
  /** With its cells as a JSON list, UTF-8. @throws Refusal `not_found`, `unavailable` (DO5) */
  read(diagram: string, version: string): Promise<Version & { cells: Uint8Array }>;
  /** Writers. @throws Refusal `not_found`, and those of `DocumentStore.replace` */
  restore(diagram: string, person: string, version: string, audit?: Audited): Promise<{ head: number }>;
}

export interface VersionsDependencies {
  executor: SqlExecutor;
  workshop: Pick<Workshop, 'run'>;
  documents: Pick<DocumentStore, 'content' | 'replace'>;
}

interface Row {
  id: string;
  seq: string;
  name: string | null;
  kind: 'automatic' | 'named';
  author_id: string | null;
  email: string | null;
  at: string | Date;
}

/** The first half of the advisory locks that keep several nodes from doing the same. */
const LOCK = 7_203_115;

const SELECT = `select v.id, v.seq, v.name, v.kind, v.author_id, p.email, v.at
  from document_version v left join profile p on p.id = v.author_id where v.diagram_id = $1`;

const STATE = inPieces('seq', 'select seq, bytes from document_version where id = $1');

/** How many states are read at a time, of one diagram one: each may take much memory until its work is done. */
const AT_A_TIME = 3;

export function createVersions({ executor, workshop, documents }: VersionsDependencies): Versions {
  const inTurn = createGatedTurns(AT_A_TIME);

  async function find(diagram: string, version: string, asking = executor): Promise<Version> {
    const [row] = await asking.query<Row>(`${SELECT} and v.id = $2`, [diagram, version]);
    if (!row) throw new Refusal('not_found', { reason: 'version' });
    return toVersion(row);
  }

  async function stateOf(version: string): Promise<Uint8Array> {
    const [state] = await assembled(await executor.query<Piece>(STATE, [version]));
    if (!state) throw new Refusal('not_found', { reason: 'version' });
    return state.bytes;
  }

  return {
    async list(diagram, { limit, after }) {
      const older = after ? 'and (v.at, v.id) < ($3::timestamptz, $4::uuid)' : '';
      const rows = await executor.query<Row>(`${SELECT} ${older} order by v.at desc, v.id desc limit $2`, [
        diagram,
        limit + 1,
        ...(after ?? []),
      ]);
      return rows.map(toVersion);
    },

    async keep(diagram, person, name, audit = null) {
      await requireWriter(executor, diagram, person);
      const { head, bytes } = await currentState(documents, diagram);
      const id = uuidv7();
      return executor.transaction(async (transaction) => {
        await insert(transaction, { id, diagram, seq: head, kind: 'named', name, author: person }, bytes);
        // What changed access has either committed and is seen below, or waits for this lock (AC3).
        await transaction.query('select from diagram where id = $1 for share', [diagram]);
        await requireWriter(transaction, diagram, person);
        if (audit) {
          const entry = { ...audit, details: { version: id, name, head } };
          await recordAudit(asQueries(transaction), { ...entry, actor: person, outcome: 'granted' });
        }
        return find(diagram, id, transaction);
      });
    },

    async read(diagram, version) {
      const found = await find(diagram, version);
      const cells = async () => workshop.run('cellsOfState', await stateOf(version));
      return { ...found, cells: await readable(inTurn(diagram, cells)) };
    },

    async restore(diagram, person, version, audit = null) {
      await find(diagram, version);
      const work = async () => documents.replace(diagram, person, { state: await stateOf(version) }, null, audit);
      return readable(inTurn(diagram, work));
    },
  };
}

/**
 * Keeps an automatic version, unless there is one that is younger than the interval or of the same state. Asked before
 * the document is read, too: that costs little where nothing was edited.
 * @param interval ms
 * @returns whether the state is in a version now
 * @throws Refusal `not_found`, `unavailable` (DO5)
 */
export async function keepAutomatic(
  { executor, documents }: Pick<VersionsDependencies, 'executor' | 'documents'>,
  diagram: string,
  interval: number,
): Promise<boolean> {
  const before = await isKept(executor, diagram, null, interval);
  if (before !== 'due') return before === 'kept';
  const { head, bytes } = await currentState(documents, diagram);
  return executor.transaction(async (transaction) => {
    await transaction.query('select pg_advisory_xact_lock($1, hashtext($2))', [LOCK, diagram]);
    const now = await isKept(transaction, diagram, head, interval);
    if (now !== 'due') return now === 'kept';
    await insert(transaction, { id: uuidv7(), diagram, seq: head, kind: 'automatic', name: null, author: null }, bytes);
    return true;
  });
}

interface NewVersion extends Pick<Version, 'id' | 'seq' | 'kind' | 'name'> {
  diagram: string;
  author: string | null;
}

/** The diagram is held, so that nobody deletes it meanwhile; edits go on. @throws Refusal `not_found` if it is gone */
async function insert(transaction: SqlExecutor, version: NewVersion, bytes: Uint8Array): Promise<void> {
  const { id, diagram, seq, kind, name, author } = version;
  const sent = await send(transaction, bytes, '$7');
  const [inserted] = await transaction.query(
    `insert into document_version (id, diagram_id, seq, kind, name, author_id, bytes)
     select $1, id, $3, $4, $5, $6, ${sent.expression} from diagram where id = $2 for key share
     returning id`,
    [id, diagram, seq, kind, name, author, sent.value],
  );
  if (!inserted) throw new Refusal('not_found', { reason: 'diagram' });
}

/**
 * Whether a state is in a version, or one is due, or too early. Of what nobody ever edited none is kept, and none is
 * kept again of what is so old that its version was let go of. One from the time to come, when the clock of the database
 * was ahead, makes none too early.
 * @param head of the state; null: the newest
 */
async function isKept(
  asking: SqlExecutor,
  diagram: string,
  head: number | null,
  interval: number,
): Promise<'kept' | 'due' | 'early'> {
  const [found] = await asking.query<{ kept: boolean; young: boolean }>(
    `select head = 0 or updated_at < clock_timestamp() - interval '90 days'
         or exists (select from document_version where diagram_id = $1 and seq = coalesce($2, head)) as kept,
       exists (select from document_version where diagram_id = $1 and kind = 'automatic'
         and at between clock_timestamp() - $3 * interval '1 millisecond' and clock_timestamp() + interval '1 second') as young
     from diagram where id = $1`,
    [diagram, head, interval],
  );
  if (!found) throw new Refusal('not_found');
  if (found.kept) return 'kept';
  return found.young ? 'early' : 'due';
}

/**
 * Lets go of automatic versions: all of the last 24 hours stay, then the last one of each day (UTC) for 90 days. What
 * has a name stays for ever. Of several nodes one does it, a portion at a time.
 * @returns how many went
 */
export async function thinOut(executor: SqlExecutor): Promise<number> {
  return executor.transaction(async (transaction) => {
    const [lock] = await transaction.query<{ free: boolean }>('select pg_try_advisory_xact_lock($1, 1) as free', [
      LOCK,
    ]);
    if (!lock?.free) return 0;
    const gone = await transaction.query(
      `delete from document_version where id in (
         select id from (
           select id, at, row_number() over (
             partition by diagram_id, date_trunc('day', at at time zone 'UTC') order by at desc) as place
           from document_version where kind = 'automatic'
         ) as kept
         where at < clock_timestamp() - interval '24 hours'
           and (place > 1 or at < clock_timestamp() - interval '90 days')
         limit 1000)
       returning id`,
    );
    return gone.length;
  });
}

async function currentState(documents: Pick<DocumentStore, 'content'>, diagram: string) {
  const content = await documents.content(diagram, 'state');
  if (!content) throw new Refusal('not_found');
  if (!content.current) throw new Refusal('unavailable');
  return content;
}

async function readable<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw error instanceof Unreadable ? new Refusal('unavailable') : error;
  }
}

function toVersion({ id, seq, name, kind, author_id, email, at }: Row): Version {
  const author = author_id === null ? null : { id: author_id, email: email! };
  return { id, seq: Number(seq), name, kind, author, at: new Date(at) };
}
