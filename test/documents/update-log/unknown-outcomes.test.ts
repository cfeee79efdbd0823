/** What the log does when an answer was lost, so that nobody knows whether the batch is in it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/patience.ts';
import { grant } from '../../sync/stage.ts';
import { isFlush, openLogStage, type LogStage } from './stage.ts';

let stage: LogStage;

beforeAll(async () => void (stage = await openLogStage()));
afterAll(() => stage.close());

/** The first flush does not reach the database, and nobody is told. */
function firstLost() {
  let flushes = 0;
  const executor = stage.meddled((text, run) => {
    if (isFlush(text) && (flushes += 1) === 1) return Promise.reject(new Error('Connection terminated unexpectedly'));
    return run();
  });
  return { executor, flushes: () => flushes };
}

describe('after an unknown outcome', () => {
  it('DO1 what was committed is found by its batch id and not written twice', async () => {
    const { model, diagram } = await stage.sharedPlace();
    let lost = 0;
    const executor = stage.meddled(async (text, run) => {
      const answer = await run();
      if (!isFlush(text) || (lost += 1) > 1) return answer;
      await grant(stage.database, model, stage.ann, null); // what is committed stays committed, whatever the epoch is now
      throw Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' });
    });
    const { append } = stage.start({ executor });
    const first = append(diagram, stage.ann, 'a');
    expect(await first).toEqual({ kind: 'committed', seq: 1 });
    expect((await stage.stored(diagram)).map((row) => row.texts)).toEqual([['a']]);
  });

  it('DO1 what was not committed is written, before what came later', async () => {
    const { diagram } = await stage.place();
    const { executor, flushes } = firstLost();
    const { append } = stage.start({ executor });
    const first = append(diagram, stage.ann, 'a');
    await eventually(() => expect(flushes()).toBe(1));
    const second = append(diagram, stage.ann, 'b');
    expect([await first, await second]).toEqual([
      { kind: 'committed', seq: 1 },
      { kind: 'committed', seq: 2 },
    ]);
    expect((await stage.stored(diagram)).map((row) => row.texts)).toEqual([['a'], ['b']]);
  });

  it('DO1 a first attempt that comes through after its recovery writes nothing', async () => {
    const { diagram } = await stage.place();
    let late: (() => Promise<never>) | null = null;
    const executor = stage.meddled((text, run) => {
      if (!isFlush(text) || late) return run();
      late = run;
      return Promise.reject(new Error('Connection terminated unexpectedly'));
    });
    const { append } = stage.start({ executor });
    expect(await append(diagram, stage.ann, 'a')).toEqual({ kind: 'committed', seq: 1 });
    await expect(late!()).rejects.toMatchObject({ code: '23505' });
    expect(await stage.stored(diagram)).toHaveLength(1);
  });

  it('DO1 of several diagrams whose answer was lost together none is written twice', async () => {
    const [one, other] = [await stage.place(), await stage.place()];
    let lost = 0;
    const executor = stage.meddled(async (text, run) => {
      const answer = await run();
      if (isFlush(text) && (lost += 1) === 1) throw new Error('Connection terminated unexpectedly');
      return answer;
    });
    const { append } = stage.start({ executor });
    const outcomes = await Promise.all([append(one.diagram, stage.ann, 'a'), append(other.diagram, stage.ann, 'b')]);
    expect(outcomes).toEqual([
      { kind: 'committed', seq: 1 },
      { kind: 'committed', seq: 1 },
    ]);
    expect((await stage.stored(one.diagram)).map((row) => row.texts)).toEqual([['a']]);
    expect((await stage.stored(other.diagram)).map((row) => row.texts)).toEqual([['b']]);
  });

  it('DO1 what a recovery finds can never be stored is given back, and holds up nobody', async () => {
    const { diagram } = await stage.place();
    const { append } = stage.start(firstLost());
    const outcomes: unknown[] = [];
    const nobody = { ...stage.ann, id: 'no id of anybody' };
    void append(diagram, nobody, 'x').then((outcome) => outcomes.push(outcome));
    await eventually(() => expect(outcomes).toEqual([{ kind: 'unavailable' }]));
    expect(await append(diagram, stage.ann, 'a')).toEqual({ kind: 'committed', seq: 1 });
  });
});
