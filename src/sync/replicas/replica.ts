/**
 * Our record of a document that is open on this node. What the document holds is always the log up to `have` (DO3): a
 * row is applied only at `have + 1`, whoever brings it (a flush of this node, the bus, a gap read, the poll); one from
 * further on waits until the rows between have been read. Much at once is applied in turns with everything else.
 *
 * Rows of other nodes are handed on at once, and come into the document a little later (`behind.ts`).
 *
 * It exists before its document does: first it hears of new rows, then the log is loaded, so that nothing falls in
 * between. Until then rows wait here.
 *
 * A log that is shorter than what the document has, or that says something else at a sequence number that was applied
 * already, is that of a database that was set back: the document cannot go on.
 */
import type { Doc } from 'yjs';
import type { SqlExecutor } from '../../database/database.ts';
import type { Base } from '../../documents/base.ts';
import { watch } from '../../documents/holding.ts';
import { Unreadable, type LogPart, type Stored } from '../../documents/log-part.ts';
import { readLog } from '../../documents/reading.ts';
import { isHeavy, replayInTurns, replayRow, replayUpdates, updatesOf } from '../../documents/replaying.ts';
import { bytesOf, type RowMessage } from '../../documents/row.ts';
import { oneAtATime } from '../../waiting/one-at-a-time.ts';
import { persistently } from '../../waiting/persistently.ts';
import { turn } from '../../waiting/turn.ts';
import { createArrivals } from './arrivals.ts';
import { createBehind } from './behind.ts';
import { createMemory } from './memory.ts';
import { createOwners, type Owners } from './owners.ts';
import { createRecord, type RecordDependencies } from './record.ts';
import { createSize, measuredFrom } from './size.ts';

/** `missing`: the diagram is gone. `restored`: the database was set back. `unreadable`: DO5. */
export type Loss = 'missing' | 'restored' | 'unreadable';

export interface Replica extends Owners {
  readonly diagram: string;
  /** The sequence number that the document is at once it is settled; null until it is loaded. */
  have(): number | null;
  /** What edits are judged on. */
  base(): Base;
  /** Whether it has ended: nothing arrives any more. */
  closed(): boolean;
  /**
   * Fills a document from the log and keeps it up to date from then on.
   * @param snapshotLimit no snapshot newer than this is used
   * @returns what it was made of, null if there is no such diagram; @throws Unreadable
   */
  load(document: Doc, snapshotLimit?: number): Promise<LogPart | null>;
  /** A row that was committed. @param elsewhere by another node */
  deliver(row: RowMessage, elsewhere?: boolean): void;
  /** Has the document take in what it is behind with. To be called by whoever is about to look at it. */
  settle(): void;
  /** Reads what the log has beyond `have`: when it resolves, the document has all that was committed before the call, or the replica is closed. */
  catchUp(): Promise<void>;
  /** Waits until the document has a row. */
  reach(seq: number): Promise<void>;
  /** Whether the document holds too much or would be larger than so many bytes with these. Near the limit it is measured. */
  exceeds(limit: number, updates: readonly Uint8Array[]): boolean | Promise<boolean>;
  /** What somebody with a state vector lacks of a document that is too large to be told at a stretch; null: it is not. */
  portionsFor(stateVector: Uint8Array): Promise<Iterable<Uint8Array | null> | null>;
  /** Calls back when it ends. */
  whenClosed(callback: () => void): void;
  close(): void;
}

export interface ReplicaDependencies extends RecordDependencies {
  /** For what is small and waited for. */
  executor: SqlExecutor;
  /** The same for what an edit waits for: it goes first. */
  urgently: SqlExecutor;
  /** Told of what came to the document since it was loaded. */
  applied(updates: readonly Uint8Array[]): void;
  /** Told once that this document cannot go on; its connections must be closed. */
  lost(loss: Loss): void;
}

/** Origin of the transactions that apply rows: nothing that Hocuspocus would have to store. */
const ORIGIN = { source: 'local', skipStoreHooks: true };
const MOST_AHEAD = 1000;

export function createReplica(diagram: string, dependencies: ReplicaDependencies): Replica {
  const { executor, urgently, content, applied, lost, logger } = dependencies;
  let document: Doc | null = null;
  let full = () => false;
  let have: number | null = null;
  /** The furthest row that anybody told of. */
  let heard = 0;
  let closed = false;
  /** A part of the log is being applied in turns. */
  let applying = false;
  /** Rows that came before their turn. */
  const ahead = new Map<number, Uint8Array>();
  const arrivals = createArrivals((seq) => closed || have! >= seq);
  const endings: (() => void)[] = [];
  const behind = createBehind((updates) => {
    if (!closed) losing(() => replayUpdates(document!, updates, have!, ORIGIN));
  });
  const memory = createMemory();
  const size = createSize(() => measuredFrom(dependencies, diagram));
  const record = createRecord(diagram, dependencies);

  const lose = (loss: Loss, error?: unknown) => {
    if (closed) return;
    logger.error({ err: error, diagram, have, loss }, 'an open document cannot go on');
    close();
    lost(loss);
  };

  const losing = (work: () => void) => {
    try {
      work();
    } catch (error) {
      lose('unreadable', error);
    }
  };

  function close(): void {
    if (closed) return;
    closed = true;
    arrivals.look();
    endings.forEach((callback) => callback());
  }

  /** Takes note of a row that the document has, or is behind with. @param untold its updates, if nobody was told of them yet */
  function note(row: Stored, untold: readonly Uint8Array[] = []): void {
    have = row.seq;
    size.add(row.seq, row.bytes.byteLength);
    memory.note(row);
    record.add(row);
    if (untold.length > 0) applied(untold);
  }

  /** Hands on the next row, which the document takes in later. */
  function handOnFirst(row: Stored): void {
    if (applying || isHeavy(document!, row)) return applyAhead(row.bytes);
    losing(() => {
      const updates = updatesOf(row);
      note(row, updates);
      behind.add(updates);
    });
    applyAhead();
  }

  /** Applies what waited for the row before it, and reads what is missing then. @param first the next row, if it did not have to wait */
  function applyAhead(first: Uint8Array | null = null): void {
    if (applying || closed) return;
    for (let row = first ?? ahead.get(have! + 1); row && !closed; row = ahead.get(have! + 1)) {
      const next = { seq: have! + 1, bytes: row };
      behind.settle();
      if (isHeavy(document!, next)) return void applyInTurns({ head: next.seq, snapshot: null, rows: [next] });
      losing(() => note(next, replayRow(document!, next, ORIGIN)));
    }
    if (closed) return;
    for (const seq of ahead.keys()) if (seq <= have!) ahead.delete(seq);
    record.renew();
    arrivals.look();
    if (heard > have!) void catchUp();
  }

  /** Applies a part of the log that begins at `have`, or from before it. Never rejects. */
  async function applyInTurns(part: LogPart): Promise<void> {
    behind.settle();
    applying = true;
    const tell = (update: Uint8Array) => applied([update]);
    if (part.snapshot) document!.on('update', tell); // of a snapshot only what is new
    try {
      await replayInTurns(document!, part, ORIGIN, { turn, wanted }, part.snapshot ? undefined : applied);
      if (closed) return;
      if (part.snapshot) {
        have = part.snapshot.seq;
        size.add(part.snapshot.seq, part.snapshot.bytes.byteLength);
        record.add(part.snapshot);
      }
      for (const row of part.rows) note(row);
    } catch (error) {
      lose('unreadable', error);
    } finally {
      document!.off('update', tell);
      applying = false;
    }
    applyAhead();
  }

  async function read(): Promise<void> {
    const before = have!;
    const part = await readLog(executor, diagram, before);
    while (applying) await turn();
    if (closed) return;
    if (!part) return lose('missing');
    if (part.head < before || (part.known && memory.contradicts(part.known))) return lose('restored');
    const rest = { ...part, rows: part.rows.filter((row) => row.seq > have!) };
    if (rest.snapshot && rest.snapshot.seq <= have!) rest.snapshot = null;
    if (rest.snapshot || rest.rows.length > 0) await applyInTurns(rest);
  }

  const wanted = () => !closed;
  const failed = (error: unknown) => {
    if (error instanceof Unreadable) lose('unreadable', error);
    else logger.warn({ err: error, diagram }, 'the log could not be read');
  };

  const readOnce = oneAtATime(() => persistently(read, wanted, failed));
  const catchUp = async () => (closed || have === null ? undefined : readOnce());

  return {
    diagram,
    have: () => have,
    base: () => memory.baseAt(have ?? 0),
    closed: () => closed,
    ...createOwners(urgently, diagram, { wanted, failed, missing: () => lose('missing') }),
    async load(target, snapshotLimit) {
      const part = await readLog(content, diagram, 0, snapshotLimit);
      if (!part || closed) return null;
      document = target;
      full = watch(target);
      const at = await replayInTurns(target, part, ORIGIN, { turn, wanted }).catch((error: Unreadable) => {
        throw part.snapshot ? Object.assign(error, { snapshot: part.snapshot.seq }) : error;
      });
      if (wanted()) {
        record.begin(part);
        part.rows.forEach(memory.note);
        size.add(at, bytesOf([...(part.snapshot ? [part.snapshot] : []), ...part.rows].map(({ bytes }) => bytes)));
        have = at;
        applyAhead();
      }
      return closed ? null : part;
    },
    deliver(row, elsewhere = false) {
      if (closed) return;
      if (have !== null && row.seq <= have) return void (memory.contradicts(row) && lose('restored'));
      heard = Math.max(heard, row.seq);
      const { seq, bytes } = row;
      if (bytes && seq - 1 === have) return elsewhere ? handOnFirst({ seq, bytes }) : applyAhead(bytes);
      if (row.bytes && ahead.size < MOST_AHEAD) ahead.set(row.seq, row.bytes);
      if (have !== null) applyAhead();
    },
    catchUp,
    reach: arrivals.reach,
    exceeds: (limit, updates) => document !== null && (full() || size.exceeds(limit, bytesOf(updates))),
    settle: behind.settle,
    async portionsFor(stateVector) {
      while (applying) await turn();
      behind.settle();
      return closed || !document ? null : record.portionsFor(document, stateVector);
    },
    whenClosed: (callback) => void endings.push(callback),
    close,
  };
}
