/** The thread of a worker, without the thread: what it does with a job that comes. */
import { expect, it, vi } from 'vitest';
import type { Done, Job } from '../../src/documents/worker.ts';
import { updateOf } from './stage.ts';

const port = vi.hoisted(() => ({ on: vi.fn(), postMessage: vi.fn() }));
vi.mock('node:worker_threads', () => ({ parentPort: port }));
const os = vi.hoisted(() => ({ getPriority: vi.fn(() => 0), setPriority: vi.fn() }));
vi.mock('node:os', () => os);

const answered = (job: Omit<Job, 'id'>): [Done, ArrayBuffer[]] => {
  const [, receive] = port.on.mock.lastCall as [string, (job: Job) => void];
  receive({ id: 1, ...job });
  return port.postMessage.mock.lastCall as [Done, ArrayBuffer[]];
};

it('DO3 a result is handed over, not copied: to copy it the other thread would stand still', async () => {
  await import('../../src/documents/worker-thread.ts');
  const part = { head: 0, snapshot: null, rows: [] };
  const [state, buffers] = answered({ name: 'state', input: [part] });
  const { result } = state as { result: Uint8Array };
  expect(buffers).toEqual([result.buffer]);
  const large = updateOf((cells) => {
    for (let z = 0; z < 3000; z += 1) cells.set(`c${z}`, 'x'.repeat(1000));
  });
  const [submission, rows] = answered({ name: 'submission', input: [part, large, 1e9] });
  const edit = (submission as { result: { rows: Uint8Array[] } }).result;
  expect(rows).toHaveLength(3);
  expect(rows).toEqual(edit.rows.map(({ buffer }) => buffer));
  const [fault, none] = answered({ name: 'slices', input: [Uint8Array.of(9, 9)] });
  expect([fault, none]).toEqual([{ id: 1, fault: { kind: 'MalformedUpdate', message: expect.any(String) } }, []]);
});

it.runIf(process.platform === 'linux')('DO3 it stands behind the event loop, wherever its process stands', async () => {
  for (const [nice, set] of [
    [0, [[10]]],
    [9, [[10]]],
    [15, []], // it may not be raised
  ] as const) {
    vi.resetModules();
    os.setPriority.mockClear();
    os.getPriority.mockReturnValue(nice);
    await import('../../src/documents/worker-thread.ts');
    expect(os.setPriority.mock.calls, `${nice}`).toEqual(set);
  }
});
