/** What goes into a row of the log, and in which order rows come, on a real PostgreSQL. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import { pause } from '../../support/patience.ts';
import { isFlush, openLogStage, type LogStage } from './stage.ts';

let stage: LogStage;

beforeAll(async () => void (stage = await openLogStage()));
afterAll(() => stage.close());

describe('a flush', () => {
  it('DO1 settles an update once it is committed, after the row was handed on', async () => {
    const { diagram } = await stage.place();
    const { append, rows } = stage.start();
    const outcome = await append(diagram, stage.ann, 'a');
    expect(outcome).toEqual({ kind: 'committed', seq: 1 });
    expect(rows.map((row) => row.seq)).toEqual([1]);
    expect(await stage.stored(diagram)).toEqual([{ seq: 1, texts: ['a'], authors: [stage.ann.id] }]);
  });

  it('DO3 puts what arrives together into one row, in order, and what arrives during a flush into the next', async () => {
    const { diagram } = await stage.sharedPlace();
    const { append } = stage.start();
    const first = [append(diagram, stage.ann, 'a'), append(diagram, stage.bob, 'b'), append(diagram, stage.ann, 'c')];
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    await Promise.all([...first, append(diagram, stage.bob, 'd')]);
    expect((await stage.stored(diagram)).map((row) => row.texts)).toEqual([['a', 'b', 'c'], ['d']]);
    expect((await stage.stored(diagram))[0]!.authors.toSorted()).toEqual([stage.ann.id, stage.bob.id].toSorted());
  });

  it('comes at once after a rest, and while edits come keeps a distance that brings them together', async () => {
    const { diagram } = await stage.place();
    let flushes = 0;
    const executor = stage.meddled((text, run) => {
      if (isFlush(text)) flushes += 1;
      return run();
    });
    const { append } = stage.start({ executor, spacing: 1000 });
    const begun = performance.now();
    const first = append(diagram, stage.ann, 'a');
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(flushes).toBe(1);
    const second = append(diagram, stage.ann, 'b');
    await pause(50);
    await Promise.all([first, second, append(diagram, stage.ann, 'c')]);
    expect(performance.now() - begun).toBeGreaterThan(990);
    expect((await stage.stored(diagram)).map((row) => row.texts)).toEqual([['a'], ['b', 'c']]);
  });

  it('bounds a row in bytes', async () => {
    const { diagram } = await stage.place();
    const { append } = stage.start({ rowBytes: 4 });
    await Promise.all(['aaa', 'b', 'cc'].map((text) => append(diagram, stage.ann, text)));
    expect((await stage.stored(diagram)).map((row) => row.texts)).toEqual([['aaa', 'b'], ['cc']]);
  });

  it('DO1 refuses what does not fit its buffer, and takes it again when there is room', async () => {
    const { diagram } = await stage.place();
    const { append } = stage.start({ budget: 5 });
    const first = append(diagram, stage.ann, '12345');
    expect(await append(diagram, stage.ann, '6')).toBe('full');
    await first;
    expect(await append(diagram, stage.ann, '6')).toEqual({ kind: 'committed', seq: 2 });
  });

  it('answers missing for a diagram that is gone, and writes the others', async () => {
    const { diagram } = await stage.place();
    const { append } = stage.start();
    const outcomes = await Promise.all([append(uuidv7(), stage.ann, 'x'), append(diagram, stage.ann, 'a')]);
    expect(outcomes).toEqual([{ kind: 'missing' }, { kind: 'committed', seq: 1 }]);
  });
});

it('DO3 sequence numbers have no gap and follow the commits, under two logs at once', async () => {
  const places = await Promise.all([1, 2, 3].map(() => stage.place()));
  const nodes = [stage.start(), stage.start()];
  const appended: Promise<unknown>[] = [];
  for (let round = 0; round < 60; round += 1) {
    for (const [index, { append }] of nodes.entries()) {
      for (const { diagram } of places) appended.push(append(diagram, stage.ann, `${index}:${round}`));
    }
    if (round % 3 === 0) await pause(1);
  }
  await Promise.all(appended);
  for (const { diagram } of places) {
    const rows = await stage.stored(diagram);
    expect(rows.map((row) => row.seq)).toEqual(rows.map((_, index) => index + 1));
    const [{ head } = { head: '' }] = await stage.database.log.query<{ head: string }>(
      'select head from diagram where id = $1',
      [diagram],
    );
    expect(Number(head)).toBe(rows.length);
    for (const index of [0, 1]) {
      const own = rows.flatMap((row) => row.texts).filter((text) => text.startsWith(`${index}:`));
      expect(own).toEqual(Array.from({ length: 60 }, (_, round) => `${index}:${round}`));
    }
    const seen = nodes.flatMap(({ rows: handed }) =>
      handed.filter((row) => row.diagram === diagram).map((row) => row.seq),
    );
    expect(seen.toSorted((a, b) => a - b)).toEqual(rows.map((row) => row.seq));
  }
});
