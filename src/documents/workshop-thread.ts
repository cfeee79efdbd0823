/** The thread of the workshop: does one job after the other and says how it came out. */
import { parentPort } from 'node:worker_threads';
import { work } from './work.ts';
import type { Done, Job } from './workshop.ts';

parentPort!.on('message', ({ id, name, input }: Job) => {
  parentPort!.postMessage(done(id, () => work[name](...(input as [never, never, never, never]))));
});

function done(id: number, job: () => unknown): Done {
  try {
    return { id, result: job() };
  } catch (error) {
    const { name, message } = error as Error;
    return { id, fault: { kind: name, message } };
  }
}
