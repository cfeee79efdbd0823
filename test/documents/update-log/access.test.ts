/** Who may write to the log: what happens to edits whose author was decided under an access that is over. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogOutcome } from '../../../src/documents/update-log.ts';
import { grant } from '../../sync/stage.ts';
import { isFlush, openLogStage, type LogStage } from './stage.ts';

let stage: LogStage;
const PATIENT = 10_000;

beforeAll(async () => void (stage = await openLogStage()));
afterAll(() => stage.close());

describe('the fence', () => {
  it('AC3 drops what belongs to somebody who may no longer write, and stores the rest', async () => {
    const { model, diagram } = await stage.sharedPlace();
    const { append } = stage.start();
    await grant(stage.database, model, stage.bob, 'reader');
    const outcomes = await Promise.all([
      append(diagram, stage.ann, 'a'),
      append(diagram, stage.bob, 'b'),
      append(diagram, stage.ann, 'c'),
    ]);
    expect(outcomes.map((outcome) => (outcome as LogOutcome).kind)).toEqual(['committed', 'forbidden', 'committed']);
    expect((await stage.stored(diagram)).flatMap((row) => row.texts)).toEqual(['a', 'c']);
  });

  it('AC3 decides of each diagram by itself, and tells of one that is gone', async () => {
    const [first, other] = [await stage.sharedPlace(), await stage.sharedPlace()];
    const gone = await stage.sharedPlace();
    await grant(stage.database, first.model, stage.bob, 'reader');
    await grant(stage.database, other.model, stage.bob, 'owner');
    await grant(stage.database, gone.model, stage.bob, 'owner');
    const executor = stage.meddled(async (text, run) => {
      const answer = await run();
      if (isFlush(text)) await stage.database.log.query('delete from diagram where id = $1', [gone.diagram]);
      return answer;
    });
    const { append } = stage.start({ executor });
    const outcomes = await Promise.all([first, other, gone].map(({ diagram }) => append(diagram, stage.bob, 'b')));
    expect(outcomes).toEqual([{ kind: 'forbidden' }, { kind: 'committed', seq: 1 }, { kind: 'missing' }]);
    expect(await stage.stored(first.diagram)).toEqual([]);
  });

  it('AC3 who was let in since does not vouch for whom they are flushed with', async () => {
    const { model, diagram } = await stage.sharedPlace();
    await grant(stage.database, model, stage.bob, 'reader');
    const { append } = stage.start();
    const outcomes = await Promise.all([append(diagram, stage.ann, 'a', 1), append(diagram, stage.bob, 'b', 0)]);
    expect(outcomes).toEqual([{ kind: 'committed', seq: 1 }, { kind: 'forbidden' }]);
    expect((await stage.stored(diagram)).flatMap((row) => row.texts)).toEqual(['a']);
  });

  it('AC3 nor for whom was decided before the database was set back, when epochs were higher', async () => {
    const { model, diagram } = await stage.sharedPlace();
    await grant(stage.database, model, stage.bob, 'reader');
    await stage.database.log.query('update diagram set access_epoch = 0 where id = $1', [diagram]);
    const { append } = stage.start();
    const outcomes = await Promise.all([append(diagram, stage.ann, 'a', 0), append(diagram, stage.bob, 'b', 1)]);
    expect(outcomes).toEqual([{ kind: 'committed', seq: 1 }, { kind: 'forbidden' }]);
    expect((await stage.stored(diagram)).flatMap((row) => row.texts)).toEqual(['a']);
  });

  it('AC3 nothing of theirs is stored once the change has been committed, however the two race', async () => {
    const { append } = stage.start();
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const { model, diagram } = await stage.sharedPlace();
      const writing = Array.from({ length: 10 }, (_, index) => append(diagram, stage.bob, `b${index}`));
      await grant(stage.database, model, stage.bob, null);
      const before = (await stage.stored(diagram)).length;
      await Promise.all([...writing, append(diagram, stage.bob, 'late')]);
      expect((await stage.stored(diagram)).length).toBe(before);
    }
  });

  it.each([
    ['whose diagram was locked', Object.assign(new Error('locked'), { code: '55P03' })],
    ['whose answer was lost', new Error('Connection terminated unexpectedly')],
  ])('AC3 DO1 an edit %s keeps its place while it is decided anew and others are flushed', async (_, fault) => {
    const { model, diagram } = await stage.sharedPlace();
    const other = await stage.place();
    const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let statements = 0;
    const executor = stage.meddled((__, run) => ((statements += 1) === 1 ? Promise.reject(fault) : run()));
    const { append, log } = stage.start({ executor, deciding: () => (asked.resolve(), answer.promise) });
    await grant(stage.database, model, stage.bob, 'reader');
    const first = append(diagram, stage.ann, 'a');
    await asked.promise;
    for (let edit = 1; edit <= 2; edit += 1)
      expect(await append(other.diagram, stage.ann, 'x')).toEqual({ kind: 'committed', seq: edit });
    const second = append(diagram, stage.ann, 'b', 1);
    expect(await append(other.diagram, stage.ann, 'x')).toEqual({ kind: 'committed', seq: 3 });
    answer.resolve();
    expect(await log.drain(PATIENT)).toBe(true);
    expect(await Promise.all([first, second])).toMatchObject([{ kind: 'committed' }, { kind: 'committed' }]);
    expect((await stage.stored(diagram)).flatMap((row) => row.texts)).toEqual(['a', 'b']);
  });

  it('AC3 DO1 an edit that could not be decided anew is decided again', async () => {
    const { model, diagram } = await stage.sharedPlace();
    let asked = 0;
    const deciding = () => ((asked += 1) < 3 ? Promise.reject(new Error('away')) : Promise.resolve());
    const { append } = stage.start({ deciding });
    await grant(stage.database, model, stage.bob, 'reader');
    const outcomes = [append(diagram, stage.ann, 'a'), append(diagram, stage.bob, 'b')];
    expect(await Promise.all(outcomes)).toEqual([{ kind: 'committed', seq: 1 }, { kind: 'forbidden' }]);
    expect(asked).toBe(3);
  });
});
