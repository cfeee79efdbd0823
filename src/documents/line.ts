/**
 * Who waits for the log, and whose turn it is. Those that have waited longest come first. Whoever would rather hand in
 * what they have at the last moment asks to be called: what came meanwhile then goes along.
 */
import { turn } from '../waiting/turn.ts';
import { PACE, share, type Pace } from './pace.ts';
import { newQueue, portionOf, type Queue } from './queue.ts';

export interface Line {
  /** The queue of a diagram; a new one stands at the end. */
  of(diagram: string): Queue;
  /** Resolves when it is a diagram's turn: what is handed in before the next turn of the event loop is in time. */
  called(diagram: string): Promise<void>;
  /**
   * Those whose turn it is, and what they have handed in; they stand behind the others then.
   * @param took ms from the beginning of the last flush to now; @returns null if nobody waits
   */
  next(took: number): Promise<Queue[] | null>;
  all(): Iterable<Queue>;
  isEmpty(): boolean;
  clear(): void;
}

/** Most bytes in one flush, if they are of several diagrams. */
const FLUSH = 16_777_216;

export function createLine(pace: Pace = PACE): Line {
  const queues = new Map<string, Queue>();

  function of(diagram: string): Queue {
    const queue = queues.get(diagram) ?? newQueue(diagram);
    queues.set(diagram, queue);
    return queue;
  }

  /** What has nothing any more leaves the line; what is in trouble is treated elsewhere. */
  function ready(): Queue[] {
    const found: Queue[] = [];
    for (const [diagram, queue] of queues) {
      if (queue.failures > 0) continue;
      if (queue.waiting.length > 0 || queue.asking.length > 0) found.push(queue);
      else queues.delete(diagram);
    }
    return found;
  }

  return {
    of,
    called(diagram) {
      const queue = of(diagram);
      return queue.failures > 0 ? Promise.resolve() : new Promise((resolve) => queue.asking.push(resolve));
    },
    async next(took) {
      await turn(); // what arrives in this turn goes together
      const waiting = ready();
      if (waiting.length === 0) return null;
      const due = waiting.slice(0, share(waiting.length, took, pace));
      due.forEach(call);
      await turn();
      const portion = portionOf(due, FLUSH);
      for (const queue of portion) {
        queues.delete(queue.diagram);
        queues.set(queue.diagram, queue);
      }
      return portion;
    },
    all: () => queues.values(),
    isEmpty: () => queues.size === 0,
    clear() {
      for (const queue of queues.values()) call(queue);
      queues.clear();
    },
  };
}

/** Whoever asked is told that it is the diagram's turn. */
export function call(queue: Queue): void {
  for (const tell of queue.asking.splice(0)) tell();
}
