/** Versions: kept by name, listed, read and restored. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import { keepAutomatic } from '../../src/documents/automatic-versions.ts';
import type { DocumentStore } from '../../src/documents/document-store.ts';
import { createVersions, type Versions } from '../../src/documents/versions.ts';
import { cellsOf, contentOf } from '../support/content.ts';
import { waitingIn } from '../support/database.ts';
import { eventually } from '../support/patience.ts';
import { cell, openStage, type DocumentStage } from './stage.ts';

let stage: DocumentStage;
let store: DocumentStore;
let versions: Versions;

beforeAll(async () => {
  stage = await openStage();
  ({ store } = stage.openStore());
  versions = createVersions({
    executor: stage.database.content,
    workshop: stage.workshop,
    documents: store,
  });
});
afterAll(() => stage.close());

const cellsIn = async (diagram: string, version: string) =>
  JSON.parse(Buffer.from((await versions.read(diagram, version)).cells).toString());

it('DO6 are kept by name, listed newest first, and restored by an edit', async () => {
  const { ann, bob } = stage;
  const { diagram } = await stage.place();
  await store.replace(diagram, ann.id, [cell('a', 0, { label: 'first' })], null);
  const first = await versions.keep(diagram, ann.id, 'First');
  expect(first).toMatchObject({ seq: 1, name: 'First', kind: 'named', author: { id: ann.id, email: ann.email } });
  await store.replace(diagram, ann.id, [cell('b')], null);
  const second = await versions.keep(diagram, ann.id, 'Second');
  const names = (await versions.list(diagram, { limit: 1, after: null })).map(({ name }) => name);
  expect(names).toEqual(['Second', 'First']);
  const rest = await versions.list(diagram, { limit: 1, after: [second.at.toISOString(), second.id] });
  expect(rest).toEqual([first]);
  expect(await cellsIn(diagram, first.id)).toEqual([cell('a', 0, { label: 'first' })]);
  expect(await versions.restore(diagram, ann.id, first.id)).toEqual({ head: 3 });
  expect(await cellsOf(store, diagram)).toEqual([cell('a', 0, { label: 'first' })]);
  expect(await stage.rowsOf(diagram)).toEqual([1, 2, 3]); // nothing was rewritten
  await expect(versions.keep(diagram, bob.id, 'No')).rejects.toMatchObject({ code: 'forbidden' });
  await expect(versions.restore(diagram, bob.id, first.id)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(versions.read(diagram, uuidv7())).rejects.toMatchObject({ code: 'not_found' });
  const { diagram: other } = await stage.place();
  await expect(versions.read(other, first.id)).rejects.toMatchObject({ code: 'not_found' });
  await expect(versions.restore(other, ann.id, first.id)).rejects.toMatchObject({ code: 'not_found' });
});

it('DO5 one that cannot be read is unavailable; none is kept of a document that cannot be read', async () => {
  const { ann } = stage;
  const { diagram } = await stage.place();
  await store.replace(diagram, ann.id, [cell('a')], null);
  const { id } = await versions.keep(diagram, ann.id, 'V');
  await stage.database.log.query(`update document_version set bytes = '\\x0501' where id = $1`, [id]);
  await expect(versions.read(diagram, id)).rejects.toMatchObject({ code: 'unavailable' });
  await expect(versions.restore(diagram, ann.id, id)).rejects.toMatchObject({ code: 'unavailable' });
  await stage.compacted(diagram);
  await store.replace(diagram, ann.id, [cell('lost')], null);
  await stage.spoilRow(diagram, 2);
  expect(await contentOf(store, diagram)).toMatchObject({ head: 1, current: false });
  await expect(versions.keep(diagram, ann.id, 'W')).rejects.toMatchObject({ code: 'unavailable' });
});

it.each(['by name', 'by itself'])(
  'DO6 of a diagram that is deleted while it is kept, %s, none is: there is no such diagram',
  async (how) => {
    const { diagram } = await stage.place();
    await store.replace(diagram, stage.ann.id, [cell('a')], null);
    const parts = { executor: stage.database.content, documents: store };
    const keep = () =>
      how === 'by name' ? versions.keep(diagram, stage.ann.id, 'V') : keepAutomatic(parts, diagram, 0);
    let keeping: Promise<unknown>;
    await stage.database.log.transaction(async ({ query }) => {
      await query('delete from diagram where id = $1', [diagram]);
      keeping = keep();
      keeping.catch(() => {}); // awaited below
      await eventually(async () => expect(await waitingIn(stage.database.content)).toBe(1));
    });
    await expect(keeping!).rejects.toMatchObject({ code: 'not_found' });
  },
);

it('DO6 those of the same moment are each listed once', async () => {
  const { diagram } = await stage.place();
  const ids = [uuidv7(), uuidv7(), uuidv7()];
  for (const id of ids) await stage.insertVersion(id, diagram, 'named', 'current_date');
  const listed: string[] = [];
  for (let after: string[] | null = null, more = true; more;) {
    const [first, next] = await versions.list(diagram, { limit: 1, after });
    listed.push(first!.id);
    after = [first!.at.toISOString(), first!.id];
    more = next !== undefined;
  }
  expect(listed).toEqual(ids.toReversed());
});
