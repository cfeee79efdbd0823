/**
 * Versions of a diagram: its state as it was at a sequence number. They are kept by name when a writer asks, and by
 * themselves at most once per five minutes of editing. Restoring one is an edit that makes the content equal to what it
 * was (DO6); nothing is rewritten.
 */
import * as Y from 'yjs';
import type { SqlExecutor } from '../database/database.ts';
import { Refusal } from '../refusal.ts';
import type { Content } from './content.ts';
import { readCells, type StoredCell } from './diagram.ts';
import type { DocumentStore } from './document-store.ts';
import { requireWriter } from './writing.ts';

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
  keep(diagram: string, person: string, name: string): Promise<Version>;
  /** @throws Refusal `not_found` */
  read(diagram: string, version: string): Promise<Version & { cells: StoredCell[] }>;
  /** Writers. @throws Refusal `not_found`, and those of `DocumentStore.replace` */
  restore(diagram: string, person: string, version: string): Promise<{ head: number }>;
}

export interface VersionsDependencies {
  executor: SqlExecutor;
  documents: Pick<DocumentStore, 'content' | 'replace'>;
  newId(): string;
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

export function createVersions({ executor, documents, newId }: VersionsDependencies): Versions {
  async function readRow(diagram: string, version: string): Promise<Version & { cells: StoredCell[] }> {
    const [row] = await executor.query<Row>(`${SELECT} and v.id = $2`, [diagram, version]);
    const [stored] = await executor.query<{ bytes: Uint8Array }>('select bytes from document_version where id = $1', [
      version,
    ]);
    if (!row || !stored) throw new Refusal('not_found', { reason: 'version' });
    const document = new Y.Doc();
    Y.applyUpdate(document, stored.bytes);
    return { ...toVersion(row), cells: readCells(document) };
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

    async keep(diagram, person, name) {
      await requireWriter(executor, diagram, person);
      const content = await currentContent(documents, diagram);
      const id = newId();
      await executor.query(
        `insert into document_version (id, diagram_id, seq, name, kind, author_id, bytes) values ($1, $2, $3, $4, 'named', $5, $6)`,
        [id, diagram, content.head, name, person, content.state()],
      );
      const { cells: _, ...version } = await readRow(diagram, id);
      return version;
    },

    read: readRow,

    async restore(diagram, person, version) {
      const { cells } = await readRow(diagram, version);
      return documents.replace(diagram, person, cells, null);
    },
  };
}

/**
 * Keeps an automatic version, unless there is one that is younger than the interval or of the same state.
 * @param interval ms
 */
export async function keepAutomatic(
  { executor, documents, newId }: VersionsDependencies,
  diagram: string,
  interval: number,
): Promise<void> {
  const content = await currentContent(documents, diagram);
  const bytes = content.state();
  await executor.transaction(async (transaction) => {
    await transaction.query(`select pg_advisory_xact_lock(hashtextextended($1, 5))`, [diagram]);
    await transaction.query(
      `insert into document_version (id, diagram_id, seq, kind, bytes) select $2, id, $3, 'automatic', $4 from diagram
       where id = $1 and not exists (select from document_version where diagram_id = $1
         and (seq = $3 or (kind = 'automatic' and at > clock_timestamp() - $5 * interval '1 millisecond')))`,
      [diagram, newId(), content.head, bytes, interval],
    );
  });
}

async function currentContent(documents: Pick<DocumentStore, 'content'>, diagram: string): Promise<Content> {
  const content = await documents.content(diagram);
  if (!content) throw new Refusal('not_found');
  if (!content.current) throw new Refusal('unavailable');
  return content;
}

function toVersion({ id, seq, name, kind, author_id, email, at }: Row): Version {
  const author = author_id === null ? null : { id: author_id, email: email! };
  return { id, seq: Number(seq), name, kind, author, at: new Date(at) };
}
