/**
 * The thread of a worker: does one job after the other and says how it came out. Bytes are handed over, not copied:
 * to copy them the other thread would have to stand still. Where both have to share a processor, the other one goes first.
 */
import { getPriority, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { perform } from './work.ts';
import type { Done, Job } from './worker.ts';

/**
 * A share of about a tenth beside a thread of the usual priority. With less it is left waiting now and then while it holds
 * what the whole process needs, such as the lock on its memory.
 */
const BEHIND = 10;

// Linux alone does this to the thread that asks, and not to the whole process. A process that stands behind already stays there.
if (process.platform === 'linux' && getPriority() < BEHIND) setPriority(BEHIND);

parentPort!.on('message', ({ id, name, input }: Job) => {
  const answer = done(id, () => perform(name, input));
  parentPort!.postMessage(answer, 'result' in answer ? buffersIn(answer.result) : []);
});

function done(id: number, job: () => unknown): Done {
  try {
    return { id, result: job() };
  } catch (error) {
    const { name, message } = error as Error;
    return { id, fault: { kind: name, message } };
  }
}

/** The buffers that belong to nothing but one result. */
function buffersIn(result: unknown): ArrayBuffer[] {
  if (typeof result !== 'object' || result === null) return [];
  if (!(result instanceof Uint8Array)) return Object.values(result).flatMap(buffersIn);
  const { buffer } = result;
  return buffer instanceof ArrayBuffer && buffer.byteLength === result.byteLength ? [buffer] : [];
}
