/** What the log does with what it cannot write now, or ever. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogOutcome } from '../../../src/documents/update-log.ts';
import { eventually } from '../../support/patience.ts';
import { openLogStage, type LogStage } from './stage.ts';

let stage: LogStage;

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
});
