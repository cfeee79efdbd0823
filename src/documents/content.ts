/**
 * The content of a diagram for REST: read from the log, not from an open document, so it is the same on every node.
 * If what is stored cannot be read, the newest snapshot that can is served, and said to be that (DO5).
 */
import type { SqlExecutor } from '../database/database.ts';
import { Refusal } from '../refusal.ts';
import { Unreadable, type LogPart } from './log-part.ts';
import { assembled, inPieces, type Piece } from './pieces.ts';
import { readWhole } from './reading.ts';
import type { Workshop } from './workshop.ts';

/** As a JSON list of the cells (UTF-8), or as the Yjs state. */
export type ContentForm = 'cells' | 'state';

export interface Content {
  /** The head of the log that this is the content at; of a snapshot served instead, the head that it stands for. */
  head: number;
  /** Whether this is the newest content; if not, what came after `head` cannot be read. */
  current: boolean;
  /** In the form that was asked for. */
  bytes: Uint8Array;
}

export interface ContentDependencies {
  executor: SqlExecutor;
  workshop: Pick<Workshop, 'run'>;
  /** Told of what cannot be read. */
  report(diagram: string, fault: Unreadable): void;
}

/**
 * @returns null if there is no such diagram
 * @throws Refusal `unavailable` if nothing of it can be read
 */
export async function readContent(
  dependencies: ContentDependencies,
  diagram: string,
  form: ContentForm,
): Promise<Content | null> {
  const { executor, workshop, report } = dependencies;
  try {
    const use = (part: LogPart) => workshop.run(form, part);
    const read = await readWhole(executor, diagram, use, (fault) => report(diagram, fault));
    return read && { head: read.head, current: true, bytes: read.value };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    report(diagram, error);
    return lastReadable(dependencies, diagram, form);
  }
}

const SNAPSHOTS = inPieces('seq', 'select seq, bytes from document_snapshot where diagram_id = $1');

async function lastReadable(
  { executor, workshop }: ContentDependencies,
  diagram: string,
  form: ContentForm,
): Promise<Content> {
  const snapshots = await assembled(await executor.query<Piece>(SNAPSHOTS, [diagram]));
  for (const snapshot of snapshots.toReversed()) {
    try {
      const content = await workshop.run(form, { head: snapshot.seq, snapshot, rows: [] });
      return { head: snapshot.seq, current: false, bytes: content };
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error; // unreadable too: the one before it
    }
  }
  throw new Refusal('unavailable');
}
