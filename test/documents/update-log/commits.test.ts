/** What a commit of the log means: on disk, told of once, and never upon rows that a database which was set back lacks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlExecutor } from '../../../src/database/database.ts';
import { baseAt, NO_ROWS, type Base } from '../../../src/documents/base.ts';
import { pause } from '../../support/patience.ts';
import { setBack } from '../../sync/stage.ts';
import { isFlush, openLogStage, type LogStage } from './stage.ts';

let stage: LogStage;

beforeAll(async () => void (stage = await openLogStage()));
afterAll(() => stage.close());

describe('a commit', () => {
  it('DO1 DO2 that fails is not told of: neither that an update is saved nor what is in it', async () => {
    const { diagram } = await stage.place();
    await stage.database.log.query(`
      create function refuse_at_commit() returns trigger language plpgsql as $$
        begin raise exception 'not now' using errcode = 'P0001'; end $$;
      create constraint trigger refuse_at_commit after insert on document_update
        deferrable initially deferred for each row execute function refuse_at_commit()`);
    const { append, rows } = stage.start();
    const outcome = append(diagram, stage.ann, 'a');
    const first = await Promise.race([outcome, pause(200)]);
    const seen = rows.map(({ seq }) => seq);
    await stage.database.log.query('drop function refuse_at_commit cascade');
    expect([first, seen]).toEqual([undefined, []]);
    expect(await outcome).toEqual({ kind: 'committed', seq: 1 });
    expect((await stage.stored(diagram)).map((row) => row.texts)).toEqual([['a']]);
  });

  it('DO1 is on disk before it is told of, whatever the server does by default', async () => {
    const { diagram } = await stage.place();
    await stage.database.log.query(`
      create table how_durable (setting text);
      create function note_durability() returns trigger language plpgsql as $$
        begin insert into how_durable values (current_setting('synchronous_commit')); return new; end $$;
      create trigger note_durability before insert on document_update for each row execute function note_durability()`);
    let lost = 0;
    const executor: SqlExecutor = {
      query: (text, values) =>
        stage.database.log.transaction(async (transaction) => {
          await transaction.query('set local synchronous_commit = off');
          if (isFlush(text) && (lost += 1) === 2) throw new Error('Connection lost');
          return transaction.query(text, values);
        }),
      transaction: (work) =>
        stage.database.log.transaction(async (transaction) => {
          await transaction.query('set local synchronous_commit = off');
          return work(transaction);
        }),
    };
    const { append } = stage.start({ executor });
    await append(diagram, stage.ann, 'flushed');
    await append(diagram, stage.ann, 'recovered');
    const settings = await stage.database.log.query('select setting from how_durable');
    await stage.database.log.query('drop function note_durability cascade');
    expect(settings).toEqual([{ setting: 'on' }, { setting: 'on' }]);
  });
});

describe('a database that was set back', () => {
  type Append = ReturnType<LogStage['start']>['append'];
  const outcome = (append: Append, diagram: string, base: Base) => append(diagram, stage.ann, 'built on it', 0, base);

  /** The log loses the answer to each flush, and finds out what became of it. */
  const withoutAnswers = () =>
    stage.meddled((text, run) => (isFlush(text) ? Promise.reject(new Error('Connection lost')) : run()));

  it.each(['a flush', 'a recovery'])('DO3 gets nothing by %s that was judged on rows which it lacks', async (way) => {
    const { diagram } = await stage.place();
    const { append } = stage.start(way === 'a recovery' ? { executor: withoutAnswers() } : {});
    const together = [outcome(append, diagram, { seq: 1, sum: null }), outcome(append, diagram, NO_ROWS)];
    expect(await Promise.all(together)).toEqual([{ kind: 'behind' }, { kind: 'behind' }]);
    expect(await stage.stored(diagram)).toEqual([]);
  });

  it.each(['a flush', 'a recovery'])(
    'DO3 and was written to since, gets nothing by %s that was judged on rows which are gone',
    async (way) => {
      const { diagram } = await stage.place();
      const { append, rows } = stage.start();
      for (const text of ['a', 'b']) await append(diagram, stage.ann, text);
      await setBack(stage.database, diagram);
      await append(diagram, stage.ann, 'c');
      const [, gone, there] = rows.map(baseAt) as [Base, Base, Base];
      const later = stage.start(way === 'a recovery' ? { executor: withoutAnswers() } : {});
      expect(await outcome(later.append, diagram, gone)).toEqual({ kind: 'behind' });
      expect(await outcome(later.append, diagram, there)).toEqual({ kind: 'committed', seq: 3 });
      expect((await stage.stored(diagram)).map(({ texts }) => texts)).toEqual([['a'], ['c'], ['built on it']]);
    },
  );

  it('DO3 is none where the row that something was judged on was compacted away', async () => {
    const { diagram } = await stage.place();
    const { append, rows } = stage.start();
    await append(diagram, stage.ann, 'a');
    await stage.database.log.query('delete from document_update where diagram_id = $1', [diagram]);
    expect(await outcome(append, diagram, baseAt(rows[0]!))).toEqual({ kind: 'committed', seq: 2 });
  });
});
