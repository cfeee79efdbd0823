/**
 * Versions of a diagram: its state as it was at a sequence number. They are kept by name when a writer asks, and by
 * themselves (`automatic-versions.ts`). Restoring one is an edit that makes the content equal to what it was (DO6);
 * nothing is rewritten.
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
        await insertVersion(transaction, { id, diagram, seq: head, kind: 'named', name, author: person }, bytes);
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

interface NewVersion extends Pick<Version, 'id' | 'seq' | 'kind' | 'name'> {
  diagram: string;
  author: string | null;
}

/** The diagram is held, so that nobody deletes it meanwhile; edits go on. @throws Refusal `not_found` if it is gone */
export async function insertVersion(transaction: SqlExecutor, version: NewVersion, bytes: Uint8Array): Promise<void> {
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

/** @throws Refusal `not_found`, `unavailable` (DO5) */
export async function currentState(documents: Pick<DocumentStore, 'content'>, diagram: string) {
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
