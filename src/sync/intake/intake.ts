/**
 * The intake of one connection to one document: what carries content (sync step 2, sync update) comes here instead of
 * to Hocuspocus, goes into the log, and only from there into the document.
 *
 * Frames are judged in runs: a writer's edits when the log is about to take them. What arrives while a run is on its way
 * to the log makes the next, which is judged once the committed row is in the document. So a document always has
 * everything of a connection that came before, and a frame of which earlier ones were refused is seen to lack them.
 *
 * What looks wrong is judged again once this node has read all of the log (DO4): the client may have seen rows that
 * this node has not. An update that still has a gap is put aside, without holding up those behind it, until the next
 * step 2 has brought what the client has, which is asked for; what has a gap even then is refused.
 */
import type { Logger } from 'pino';
import { encodeStateVector } from 'yjs';
import type { Budget } from '../../budget.ts';
import type { LogOutcome, UpdateLog } from '../../documents/update-log.ts';
import { MalformedUpdate } from '../../documents/update.ts';
import type { Workshop } from '../../documents/workshop.ts';
import { turn } from '../../waiting/turn.ts';
import { createAcknowledgements, type Acknowledgements } from './acknowledgements.ts';
import { arrive, isLarge, nextRun, readLarge, type Arrived } from './arrived.ts';
import { createAside } from './aside.ts';
import { closings, type Closing } from '../closing.ts';
import { errorMessage } from '../error-message.ts';
import { statelessFrame, stepOneFrame, syncStatusFrame } from '../frames.ts';
import { hear, type Hearing, type Opened } from './hearing.ts';
import { sorted } from './judgement.ts';
import type { SyncLimits } from '../limits.ts';
import { inMessages } from '../socket/messages.ts';

export interface Intake {
  readonly acknowledgements: Acknowledgements;
  /** Content that came. @param ponged whether the socket's pong came before it */
  receive(kind: 'step2' | 'update', update: Uint8Array, ponged: boolean): void;
  /** The document is there: what has waited is judged now. */
  open(opened: Opened): void;
  /** The person is a writer: if edits of theirs were refused, asks for them once more. */
  welcome(): void;
  /** Whether an update has waited too long for what it depends on. @param now ms */
  overdue(now: number): boolean;
  /** The connection is gone. What it sent before is still committed, if that is possible. */
  end(): void;
  /** Resolves when it has ended and nothing of it is on its way any more. */
  readonly drained: Promise<void>;
}

export interface IntakeDependencies {
  address: string;
  log: UpdateLog;
  workshop: Pick<Workshop, 'run'>;
  budget: Budget;
  limits: SyncLimits;
  send(frame: Uint8Array): void;
  /** @param messages WebSocket messages, as they go over the wire */
  write(messages: Buffer): void;
  close(closing: Closing): void;
  /** The log does not agree that the person may write: they are to be decided anew. */
  disputed(): void;
  now(): number;
  logger: Logger;
}

const ERROR_INTERVAL = 1000;

export function createIntake({
  address,
  log,
  workshop,
  budget,
  limits,
  send,
  write,
  close,
  disputed,
  now,
  logger,
}: IntakeDependencies): Intake {
  const saved = inMessages([syncStatusFrame(address, true)]);
  const acknowledgements = createAcknowledgements(() => write(saved));
  let opened: Opened | null = null;
  let ended = false;
  let dropped = false;
  let running = false;
  let refused = false;
  let arrivedSoFar = 0;
  let toldAt = -Infinity;
  const waiting: Arrived[] = [];
  const aside = createAside();
  const drained = Promise.withResolvers<void>();

  const release = (frames: readonly Arrived[]) => {
    for (const frame of frames) {
      if (frame.counted) budget.give(frame.bytes.byteLength);
      frame.counted = false;
    }
  };

  /** Ends the connection, and with it whatever it has not had committed. */
  function drop(closing: Closing): void {
    dropped = true;
    release([...waiting.splice(0), ...aside.empty()]);
    close(closing);
  }

  /** Whoever is not let in yet takes nothing of what the node holds for the log: what waits is counted from then on. */
  function admit(): void {
    if (!opened) return;
    for (const frame of waiting) {
      if (frame.counted) continue;
      frame.counted = budget.take(frame.bytes.byteLength);
      if (!frame.counted) return drop(closings.unavailable);
    }
    void pump();
  }

  async function pump(): Promise<void> {
    if (running || !opened) return;
    running = true;
    let run: Arrived[] | null = null;
    try {
      while (waiting.length > 0) {
        const edits = waiting[0]!.kind === 'update' && opened.standing().permissions === 'writer';
        if (edits) await log.upNext(opened.replica.diagram);
        run = nextRun(waiting);
        if (run.length > 0) await handle(opened, run); // while it was waited for, all may have been dropped
      }
    } catch (error) {
      release(run ?? []);
      if (error instanceof MalformedUpdate) drop(closings.badFrame);
      else {
        logger.error({ err: error, address }, 'an update could not be handled');
        drop(closings.unavailable);
      }
    }
    running = false;
    if (ended) drained.resolve();
  }

  async function handle(target: Opened, run: Arrived[]): Promise<void> {
    const [{ bytes }] = run as [Arrived];
    const contents = isLarge(bytes) ? [await readLarge(bytes, workshop)] : run.map((frame) => frame.bytes);
    const heard = await hear(target, contents, () => !dropped);
    if (!heard || dropped) return release(run);
    const { verdicts } = heard;
    if (run.length > verdicts.length) waiting.unshift(...run.splice(verdicts.length));
    const judged = sorted(run, verdicts);
    for (const kind of ['complete', 'nothing', 'forbidden', 'foreign'] as const) release(judged[kind]);
    judged.forbidden.forEach(refuse);
    for (const frame of judged.gap) putAside(target, frame);
    if (judged.foreign.length > 0) drop(closings.badFrame);
    if (dropped) return release(run);
    const outcome = await commit(target, heard);
    if (outcome.kind === 'unavailable') return drop(closings.unavailable);
    if (outcome.kind === 'missing') return drop(closings.notFound);
    if (outcome.kind === 'behind') return drop(closings.reload);
    if (outcome.kind === 'too large') return drop(closings.tooLarge);
    const settled = outcome.kind === 'forbidden' ? judged.nothing : [...judged.nothing, ...judged.complete];
    for (const { debt, covers } of settled) [debt, ...covers].forEach(acknowledgements.pay);
    if (outcome.kind === 'forbidden') {
      judged.complete.forEach(refuse);
      disputed();
    }
    const answered = settled.reduce((last, { kind, order }) => (kind === 'step2' ? Math.max(last, order) : last), 0);
    waiting.unshift(...aside.dueBefore(answered));
    if (outcome.kind === 'committed') await target.replica.reach(outcome.seq);
    else await turn(); // nothing had to be waited for
  }

  async function commit(
    { replica }: Opened,
    { verdicts, person, epoch, base }: Hearing,
  ): Promise<LogOutcome | { kind: 'idle' | 'too large' }> {
    const updates = verdicts.flatMap((verdict) => (verdict.kind === 'complete' ? verdict.updates : []));
    if (updates.length === 0) return { kind: 'idle' };
    const over = replica.exceeds(limits.maxDocumentBytes, updates);
    if (over && (await over)) return { kind: 'too large' };
    const { promise, resolve } = Promise.withResolvers<LogOutcome>();
    const taken = log.append({ diagram: replica.diagram, person, epoch, base, updates, settle: resolve });
    return taken ? promise : { kind: 'unavailable' };
  }

  /** AC2: it stays owed; should the person become a writer, it is asked for. */
  function refuse(frame: Arrived): void {
    refused = true;
    send(syncStatusFrame(address, false));
    acknowledgements.owe(frame.debt);
    if (now() - toldAt < ERROR_INTERVAL) return;
    toldAt = now();
    send(statelessFrame(address, JSON.stringify(errorMessage('forbidden', new Date(), 'update'))));
  }

  function putAside(target: Opened, frame: Arrived): void {
    if (frame.answered) drop(closings.badFrame);
    if (dropped || ended || !aside.put(frame, now())) release([frame]);
    if (dropped) return;
    acknowledgements.owe(frame.debt);
    ask(target);
  }

  function ask({ document, replica }: Opened): void {
    replica.settle();
    if (acknowledgements.unanswered() === 0) send(stepOneFrame(address, encodeStateVector(document)));
  }

  return {
    acknowledgements,
    receive(kind, bytes, ponged) {
      if (ended) return;
      const earned =
        kind === 'step2' ? acknowledgements.stepTwoCame() : { debt: acknowledgements.updateCame(ponged), covers: [] };
      waiting.push(arrive({ kind, order: (arrivedSoFar += 1), bytes, ...earned }));
      admit();
    },
    open(target) {
      opened = target;
      admit();
    },
    welcome() {
      if (!refused || !opened) return;
      refused = false;
      ask(opened);
    },
    overdue: (time) => aside.overdue(time, limits.gapTimeout),
    end() {
      ended = true;
      release(opened ? aside.empty() : waiting.splice(0)); // without a document it would never be judged
      if (!running) drained.resolve();
    },
    drained: drained.promise,
  };
}
