/** What the log does with what it cannot write now, or ever. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogOutcome } from '../../../src/documents/update-log.ts';
import { eventually } from '../../support/patience.ts';
import { isFlush, openLogStage, type LogStage } from './stage.ts';

let stage: LogStage;
/** The statement did not happen, and may be tried again. */
const full = Object.assign(new Error('no space left on device'), { code: '53100' });

beforeAll(async () => void (stage = await openLogStage()));
afterAll(() => stage.close());

describe('what cannot be written', () => {
  it('DO1 what can never be stored is given back, counts as a failure, and the statement that it spoilt is repeated for the others', async () => {
    const [one, other] = [await stage.place(), await stage.place()];
    const { append, failures } = stage.start();
    const nobody = { ...stage.ann, id: 'no id of anybody' };
    const outcomes = await Promise.all([append(one.diagram, nobody, 'x'), append(other.diagram, stage.ann, 'a')]);
    expect(outcomes).toEqual([{ kind: 'unavailable' }, { kind: 'committed', seq: 1 }]);
    expect(await stage.stored(one.diagram)).toEqual([]);
    expect(failures()).toBe(1);
  });

  it('DO1 a diagram that is locked does not hold the others back, keeps its order, and counts as no failure', async () => {
    const [locked, free] = [await stage.place(), await stage.place()];
    const { append, failures } = stage.start();
    const { promise: unlocked, resolve: unlock } = Promise.withResolvers<void>();
    const holding = stage.database.log.transaction(async (transaction) => {
      await transaction.query('select from diagram where id = $1 for update', [locked.diagram]);
      await unlocked;
    });
    const [first, other] = [append(locked.diagram, stage.ann, '1'), append(free.diagram, stage.ann, 'a')];
    expect(await other).toEqual({ kind: 'committed', seq: 1 });
    const second = append(locked.diagram, stage.ann, '2');
    expect(await append(free.diagram, stage.ann, 'b')).toEqual({ kind: 'committed', seq: 2 });
    unlock();
    await holding;
    expect([await first, await second].map((outcome) => (outcome as LogOutcome).kind)).toEqual([
      'committed',
      'committed',
    ]);
    expect((await stage.stored(locked.diagram)).flatMap((row) => row.texts)).toEqual(['1', '2']);
    expect(failures()).toBe(0);
  });

  it('DO1 what cannot be stored now is retried until it can, each attempt a failure, and left over when the log stops', async () => {
    const { diagram } = await stage.place();
    let away = true;
    const { append, log, failures } = stage.start({
      executor: stage.meddled((_, run) => (away ? Promise.reject(new Error('away')) : run())),
    });
    const outcome = append(diagram, stage.ann, 'a');
    await eventually(() => expect(failures()).toBeGreaterThan(1));
    expect(await log.drain(0)).toBe(false);
    away = false;
    expect(await log.drain(2000)).toBe(true);
    expect(await outcome).toEqual({ kind: 'committed', seq: 1 });
    away = true;
    const unsettled = append(diagram, stage.ann, 'b');
    await log.stop();
    expect(await unsettled).toEqual({ kind: 'unavailable' });
  });

  it('DO1 whoever waits for the turn of a diagram is called when it leaves the line', async () => {
    const { diagram } = await stage.place();
    const [flushing, failing] = [Promise.withResolvers<void>(), Promise.withResolvers<never>()];
    const executor = stage.meddled((text, run) => {
      if (!isFlush(text)) return run();
      flushing.resolve();
      return failing.promise;
    });
    const { append, log } = stage.start({ executor });
    void append(diagram, stage.ann, 'a');
    await flushing.promise;
    let called = false;
    void log.upNext(diagram).then(() => (called = true));
    failing.reject(full);
    await eventually(() => expect(called).toBe(true));
  });

  it.each([
    ['when it is tried again', 1],
    ['when the diagrams of a flush are tried each alone', 2],
  ])('DO1 what is retried goes before what came meanwhile, %s', async (_, count) => {
    const places = await Promise.all(Array.from({ length: count }, () => stage.place()));
    const { diagram } = places[0]!;
    let second: Promise<unknown> | null = null;
    const executor = stage.meddled((text, run) => {
      if (!isFlush(text) || second) return run();
      second = append(diagram, stage.ann, '2');
      return Promise.reject(full);
    });
    const { append } = stage.start({ executor });
    await Promise.all(places.map((place) => append(place.diagram, stage.ann, '1')));
    await second;
    expect((await stage.stored(diagram)).flatMap((row) => row.texts)).toEqual(['1', '2']);
  });

  it('DO1 what was locked goes before what came meanwhile', async () => {
    const [{ diagram }, free] = [await stage.place(), await stage.place()];
    const [locked, unlocked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const holding = stage.database.log.transaction(async (transaction) => {
      await transaction.query('select from diagram where id = $1 for update', [diagram]);
      locked.resolve();
      await unlocked.promise;
    });
    await locked.promise;
    let second: Promise<unknown> | null = null;
    const executor = stage.meddled(async (text, run) => {
      const answer = await run();
      if (text.includes('skip locked')) second ??= append(diagram, stage.ann, '2');
      return answer;
    });
    const { append } = stage.start({ executor });
    const first = Promise.all([append(diagram, stage.ann, '1'), append(free.diagram, stage.ann, 'a')]);
    await eventually(() => expect(second).not.toBeNull());
    unlocked.resolve();
    await Promise.all([holding, first, second]);
    expect((await stage.stored(diagram)).flatMap((row) => row.texts)).toEqual(['1', '2']);
  });
});
