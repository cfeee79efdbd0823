/**
 * The documents that are open on this node. One is opened by hearing of its rows first and loading the log then; the
 * bus is waited for a moment only, since the poll finds what it does not tell. If the newest snapshot cannot be read,
 * the next attempt does without it (DO5).
 *
 * After a time without the bus thousands of documents may be behind at once. They are caught up with a few at a time, so
 * that there is always a connection for what makes use of the same ones: the log's next flush, and the lease. What an edit
 * waits for goes first.
 */
import type { Logger } from 'pino';
import type { Document } from '@hocuspocus/server';
import type { Doc } from 'yjs';
import type { Bus } from '../../cluster/bus.ts';
import type { SqlExecutor } from '../../database/database.ts';
import { Unreadable, type LogPart } from '../../documents/log-part.ts';
import { decodeRowMessage, rowChannel, type CommittedRow } from '../../documents/row.ts';
import type { Workshop } from '../../documents/workshop.ts';
import { Refusal } from '../../refusal.ts';
import { atMost } from '../../waiting/at-most.ts';
import { createGate } from '../../waiting/gate.ts';
import { createBroadcast } from './broadcast.ts';
import { createReplica, type Loss, type Replica } from './replica.ts';

export interface Replicas {
  /** Everything that is open. */
  all(): Iterable<Replica>;
  /** The replica that fills a document. */
  of(document: Doc): Replica | null;
  /** The replicas of a diagram: one, or for a moment two while one document is unloaded and the next one loaded. */
  ofDiagram(diagram: string): Iterable<Replica>;
  /** Fills a document and keeps it up to date until it is destroyed. @throws Refusal `not_found`, `unavailable` (DO5) */
  open(diagram: string, document: Document): Promise<void>;
  /** A row that this node committed. */
  deliver(row: CommittedRow): void;
  /** Keeps a document loaded until what a connection that is gone had sent to it is committed. */
  keepFor(document: Doc, drained: Promise<void>): void;
  /** Resolves when nothing is on its way to a document any more, or has been for too long. */
  unused(document: Doc): Promise<void>;
}

export interface ReplicasDependencies {
  /** For what is small and waited for; whole documents come through `content`. */
  executor: SqlExecutor;
  content: SqlExecutor;
  workshop: Pick<Workshop, 'run'>;
  bus: Bus;
  /** NO1: what the bus says is not applied while this node is not sure of its lease; the poll finds it later. */
  lease: { held(): boolean };
  /** A document cannot go on: its connections must be closed. */
  lost(diagram: string, document: Doc, loss: Loss): void;
  /** A document was loaded. */
  loaded(diagram: string, from: LogPart): void;
  logger: Logger;
}

/** How many questions of open documents the database is asked at a time. */
const AT_A_TIME = 3;
const SUBSCRIBE_WAIT = 100;
const UNUSED_WAIT = 5000;

export function createReplicas(dependencies: ReplicasDependencies): Replicas {
  const { bus, lease, lost, loaded, logger } = dependencies;
  const gate = createGate(AT_A_TIME);
  const throughGate = (urgency?: 'urgent'): SqlExecutor => ({
    ...dependencies.executor,
    query: (...asked) => gate(() => dependencies.executor.query(...asked), urgency),
  });
  const [executor, urgently] = [throughGate(), throughGate('urgent')];
  const open = new Map<Doc, Replica>();
  const byDiagram = new Map<string, Set<Replica>>();
  const kept = new WeakMap<Doc, Set<Promise<void>>>();
  /** Up to which sequence number snapshots of a diagram can be read, where there is one that cannot. */
  const readable = new Map<string, number>();

  const ofDiagram = (diagram: string): Iterable<Replica> => byDiagram.get(diagram) ?? [];

  async function subscribe(replica: Replica): Promise<void> {
    const subscribed = bus
      .subscribe(rowChannel(replica.diagram), (payload) => {
        const row = lease.held() && decodeRowMessage(payload);
        if (row) replica.deliver(row, true);
      })
      .then((unsubscribe) => (replica.closed() ? unsubscribe() : replica.whenClosed(unsubscribe)));
    await atMost(SUBSCRIBE_WAIT, subscribed);
  }

  return {
    all: () => open.values(),
    of: (document) => open.get(document) ?? null,
    ofDiagram,
    async open(diagram, document) {
      const replica = createReplica(diagram, {
        ...dependencies,
        executor,
        urgently,
        applied: createBroadcast(document),
        lost: (loss) => lost(diagram, document, loss),
      });
      open.set(document, replica);
      byDiagram.set(diagram, (byDiagram.get(diagram) ?? new Set()).add(replica));
      replica.whenClosed(() => {
        open.delete(document);
        byDiagram.get(diagram)?.delete(replica);
        if (byDiagram.get(diagram)?.size === 0) byDiagram.delete(diagram);
      });
      document.on('destroy', replica.close);
      try {
        await subscribe(replica);
        const part = await replica.load(document, readable.get(diagram));
        if (!part) throw new Refusal('not_found');
        loaded(diagram, part);
      } catch (error) {
        replica.close();
        if (!(error instanceof Unreadable)) throw error;
        logger.error({ err: error, diagram }, 'a stored document cannot be read');
        if (error.snapshot === undefined) readable.delete(diagram);
        else readable.set(diagram, error.snapshot - 1);
        throw new Refusal('unavailable');
      }
    },
    deliver(row) {
      if (!lease.held()) return;
      for (const replica of ofDiagram(row.diagram)) replica.deliver(row);
    },
    keepFor(document, drained) {
      const reasons = kept.get(document) ?? new Set();
      kept.set(document, reasons.add(drained));
      void drained.then(() => reasons.delete(drained));
    },
    async unused(document) {
      const deadline = performance.now() + UNUSED_WAIT;
      while ((kept.get(document)?.size ?? 0) > 0 && performance.now() < deadline) {
        await atMost(100, Promise.race(kept.get(document)!));
      }
    },
  };
}
