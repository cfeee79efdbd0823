/**
 * Our record of a document that is open on this node. What the document holds is always the log up to `have` (DO3): a
 * row is applied only at `have + 1`, whoever brings it (a flush of this node, the bus, a gap read, the poll); one from
 * further on waits until the rows between have been read.
 *
 * It exists before its document does: first it hears of new rows, then the log is loaded, so that nothing falls in
 * between. Until then rows wait here.
 */
import type { Logger } from 'pino';
import { encodeStateAsUpdate, type Doc } from 'yjs';
import type { SqlExecutor } from '../database/database.ts';
import { bindClients } from '../documents/client-binding.ts';
import { persistently } from '../documents/persistently.ts';
import { readLog, replay, replayRow, Unreadable, type LogPart } from '../documents/reading.ts';
import type { RowMessage } from '../documents/row.ts';

/** `missing`: the diagram is gone. `restored`: the log is shorter than what we have. `unreadable`: DO5. */
export type Loss = 'missing' | 'restored' | 'unreadable';

export interface Replica {
  readonly diagram: string;
  /** The sequence number that the document is at; null until it is loaded. */
  readonly have: number | null;
  /** Whether it has ended: nothing arrives any more. */
  readonly closed: boolean;
  /** Client id to the person who has it, as far as somebody asked. */
  readonly owners: ReadonlyMap<number, string>;
  /** Fills a document from the log and keeps it up to date from then on. @returns of how many rows, null if there is no such diagram; @throws Unreadable */
  load(document: Doc): Promise<number | null>;
  /** A row that was committed. */
  deliver(row: RowMessage): void;
  /** Reads what the log has beyond `have`: when it resolves, the document has all that was committed before the call, or the replica is closed. */
  catchUp(): Promise<void>;
  /** Waits until the document has a row. */
  reach(seq: number): Promise<void>;
  /** Claims client ids for a person; `owners` then knows them. */
  claim(person: string, clients: ReadonlySet<number>): Promise<void>;
  /** Whether the document would be larger than so many bytes with so many more. */
  exceeds(limit: number, more: number): boolean;
  /** Calls back when it ends. */
  whenClosed(callback: () => void): void;
  close(): void;
}

export interface ReplicaDependencies {
  executor: SqlExecutor;
  /** Told once that this document cannot go on; its connections must be closed. */
  lost(loss: Loss): void;
  logger: Logger;
}

/** Origin of the transactions that apply rows: nothing that Hocuspocus would have to store. */
const ORIGIN = { source: 'local', skipStoreHooks: true };
const MOST_AHEAD = 1000;

export function createReplica(diagram: string, { executor, lost, logger }: ReplicaDependencies): Replica {
  let document: Doc | null = null;
  let have: number | null = null;
  /** No less than the document takes: what was read and applied since it was measured. */
  let bytes = 0;
  let measuredAt: number | null = null;
  /** The furthest row that anybody told of. */
  let heard = 0;
  let closed = false;
  let reading: Promise<void> | null = null;
  let readAgain: Promise<void> | null = null;
  /** Rows that came before their turn. */
  const ahead = new Map<number, Uint8Array>();
  const arrivals = new Set<{ seq: number; resolve(): void }>();
  const owners = new Map<number, string>();
  const endings: (() => void)[] = [];

  const lose = (loss: Loss, error?: unknown) => {
    if (closed) return;
    logger.error({ err: error, diagram, have, loss }, 'an open document cannot go on');
    close();
    lost(loss);
  };

  const arrived = () => {
    for (const arrival of arrivals) {
      if (!closed && arrival.seq > have!) continue;
      arrivals.delete(arrival);
      arrival.resolve();
    }
  };

  function close(): void {
    if (closed) return;
    closed = true;
    ahead.clear();
    arrived();
    endings.forEach((callback) => callback());
  }

  /** Applies what waited for the row before it. */
  function applyAhead(): void {
    try {
      for (let row = ahead.get(have! + 1); row; row = ahead.get(have! + 1)) {
        replayRow(document!, { seq: have! + 1, bytes: row }, ORIGIN);
        have! += 1;
        bytes += row.byteLength;
        ahead.delete(have!);
      }
    } catch (error) {
      return lose('unreadable', error);
    }
    for (const seq of ahead.keys()) if (seq <= have!) ahead.delete(seq);
    arrived();
  }

  function applyPart(part: LogPart): void {
    const rest = { ...part, rows: part.rows.filter((row) => row.seq > have!) };
    if (rest.snapshot && rest.snapshot.seq <= have!) rest.snapshot = null;
    if (rest.snapshot || rest.rows.length > 0) have = replay(document!, rest, ORIGIN);
    bytes += rest.rows.reduce((sum, row) => sum + row.bytes.byteLength, rest.snapshot?.bytes.byteLength ?? 0);
    applyAhead();
  }

  async function read(): Promise<void> {
    const before = have!;
    const part = await readLog(executor, diagram, before);
    if (closed) return;
    if (!part) lose('missing');
    else if (part.head < before) lose('restored');
    else applyPart(part);
  }

  const wanted = () => !closed;
  const failed = (error: unknown) => {
    if (error instanceof Unreadable) lose('unreadable', error);
    else logger.warn({ err: error, diagram }, 'the log could not be read');
  };

  function catchUp(): Promise<void> {
    if (closed || have === null) return Promise.resolve();
    if (!reading) {
      reading = persistently(read, wanted, failed).finally(() => (reading = null));
      return reading;
    }
    // One that is under way may have been sent before what the caller wants was committed.
    readAgain ??= reading.then(() => {
      readAgain = null;
      return catchUp();
    });
    return readAgain;
  }

  return {
    diagram,
    get have() {
      return have;
    },
    get closed() {
      return closed;
    },
    owners,
    async load(target) {
      const part = await readLog(executor, diagram, 0);
      if (!part || closed) return null;
      document = target;
      have = 0;
      applyPart(part);
      if (heard > have) void catchUp();
      return closed ? null : part.rows.length;
    },
    deliver(row) {
      if (closed || (have !== null && row.seq <= have)) return;
      heard = Math.max(heard, row.seq);
      if (row.bytes && ahead.size < MOST_AHEAD) ahead.set(row.seq, row.bytes);
      if (have === null) return;
      applyAhead();
      if (!closed && row.seq > have) void catchUp();
    },
    catchUp,
    async reach(seq) {
      if (closed || have! >= seq) return;
      await new Promise<void>((resolve) => arrivals.add({ seq, resolve }));
    },
    async claim(person, clients) {
      const claimed = await persistently(() => bindClients(executor, diagram, person, clients), wanted, failed);
      if (claimed === null) lose('missing');
      for (const [client, owner] of claimed ?? []) owners.set(client, owner);
    },
    exceeds(limit, more) {
      if (bytes + more <= limit || !document) return false;
      if (measuredAt !== have) bytes = encodeStateAsUpdate(document).byteLength;
      measuredAt = have;
      return bytes + more > limit;
    },
    whenClosed: (callback) => void endings.push(callback),
    close,
  };
}
