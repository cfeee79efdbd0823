/** What is done for stored documents in the background: when it is looked for, and that one fault stops nothing else. */
import { expect, it, vi } from 'vitest';
import type { SqlExecutor } from '../../src/database/database.ts';
import { createUpkeep, type UpkeepDependencies } from '../../src/documents/upkeep.ts';
import { logger } from '../sync/stage.ts';

const HOUR = 3_600_000;
const LIMITS = { rows: 4, bytes: 1000, versionInterval: 300_000 };

/** An upkeep whose database has nothing to do, and takes note of what it is asked for. @param due whether versions are */
function open({ due = false, ...options }: Partial<UpkeepDependencies> & { due?: boolean } = {}) {
  const asked: string[] = [];
  const clock = { now: 0 };
  let fault: Error | null = null;
  const executor = {
    async query(text: string, [diagram]: readonly string[]) {
      if (text.includes('as young')) return [{ kept: !due, young: false }];
      asked.push(text.includes('pg_try_advisory') ? 'thinning' : diagram!);
      if (fault) throw fault;
      return [{ snapshot: '0', rows: '0', bytes: '0', free: false }];
    },
    transaction: (work: (transaction: SqlExecutor) => Promise<unknown>) => work(executor as never),
  } as unknown as SqlExecutor;
  const upkeep = createUpkeep({
    executor,
    workshop: { run: () => Promise.reject(new Error('nothing is due')) },
    documents: { content: async () => null, replace: () => Promise.reject(new Error('nobody asked')) },
    logger,
    limits: LIMITS,
    now: () => clock.now,
    ...options,
  });
  const edited = (diagram: string, times: number, bytes = 1) => {
    for (let edit = 0; edit < times; edit += 1) upkeep.edited(diagram, bytes);
  };
  return { ...upkeep, edited, asked, clock, break: (error: Error | null) => void (fault = error) };
}

it('DO3 a log is looked at after so many rows, or bytes, and then again after as many', async () => {
  const { edited, asked, idle } = open();
  edited('rows', 11);
  edited('bytes', 3, 500);
  await idle();
  expect(asked).toEqual(['rows', 'rows', 'bytes']);
});

it('DO3 a large write is left alone while everybody applies it, and then looked at once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { edited, asked, idle } = open();
  edited('large', 3, 1_000_000);
  await idle();
  expect(asked).toEqual([]);
  vi.advanceTimersByTime(10_000);
  await idle();
  expect(asked).toEqual(['large']);
  vi.useRealTimers();
});

it('DO6 no version is taken of a large write before everybody has applied it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const read: string[] = [];
  const content = async (diagram: string) => (read.push(diagram), null);
  const { edited, look, idle } = open({
    due: true,
    documents: { content, replace: () => Promise.reject(new Error('nobody asked')) },
  });
  edited('large', 1, 1_000_000);
  edited('small', 1);
  look();
  await idle();
  expect(read).toEqual(['small']);
  vi.advanceTimersByTime(10_000);
  await idle();
  expect(read).toEqual(['small', 'large']);
  vi.useRealTimers();
});

it('DO3 what is noted of diagrams is bounded: those that were edited last are remembered', async () => {
  const { edited, asked, idle } = open();
  for (const diagram of ['remembered', 'forgotten']) edited(diagram, 2);
  for (let other = 0; other < 9_998; other += 1) edited(`${other}`, 1);
  edited('remembered', 1);
  edited('one more', 1);
  edited('remembered', 1);
  edited('forgotten', 2);
  await idle();
  expect(asked).toEqual(['remembered']);
});

it('DO6 old versions are looked for once an hour', async () => {
  const { look, asked, clock, idle } = open();
  for (clock.now = 0; clock.now <= HOUR; clock.now += HOUR / 4) look();
  await idle();
  expect(asked).toEqual(['thinning', 'thinning']);
});

it.each([
  ['until none is left', Infinity, 4],
  ['until it stops', 2, 2],
])('DO6 old versions are let go of, a portion after the other, %s', async (_, last, portions) => {
  let asked = 0;
  const executor = {
    async query(text: string) {
      if (text.includes('pg_try_advisory')) return [{ free: true }];
      if ((asked += 1) === last) void upkeep.stop();
      return Array.from({ length: asked < 4 ? 1000 : 0 });
    },
    transaction: (work: (transaction: SqlExecutor) => Promise<unknown>) => work(executor as never),
  };
  const upkeep = open({ executor: executor as never });
  upkeep.look();
  await upkeep.idle();
  expect(asked).toBe(portions);
});

it('DO3 a job that fails stops no other; when it stops, no other is begun', async () => {
  const { edited, asked, idle, stop, break: breaks } = open();
  breaks(new Error('away'));
  edited('a', 4);
  await idle();
  breaks(null);
  edited('b', 4);
  await idle();
  edited('c', 4);
  await stop();
  expect(asked).toEqual(['a', 'b']);
});
