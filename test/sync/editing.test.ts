/** Editing: two providers, one log. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { Database } from '../../src/database/database.ts';
import type { Actor } from '../../src/identity/person.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually, saved } from '../support/patience.ts';
import { connect, disconnectAll } from '../support/provider.ts';
import { addDiagram, addPerson, startStage, type Stage } from './stage.ts';

let database: Database;
let stage: Stage;
let [ann, bob]: Actor[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  ann = await addPerson(database, 'ann');
  bob = await addPerson(database, 'bob');
  stage = await startStage({ database, people: [ann, bob] });
});
afterEach(disconnectAll);
afterAll(async () => {
  await stage.close();
  await database.close();
});

it('DO3 two providers converge, through the log', async () => {
  const place = await addDiagram(database, [
    [ann!, 'owner'],
    [bob!, 'writer'],
  ]);
  const name = `diagram:${place.diagram}`;
  const a = connect({ url: stage.url(place), name, token: ann!.id });
  const b = connect({ url: stage.url(place), name, token: bob!.id });
  await Promise.all([saved(a), saved(b)]);
  for (let edit = 0; edit < 50; edit += 1) {
    a.cells.set(`a${edit}`, edit);
    b.cells.set(`b${edit}`, edit);
    if (edit % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all([saved(a), saved(b)]);
  await eventually(() => expect(a.cells.size).toBe(100));
  await eventually(() => expect(b.cells.toJSON()).toEqual(a.cells.toJSON()));
  const content = await stage.store.content(place.diagram, 'state');
  const stored = new Y.Doc();
  Y.applyUpdate(stored, content!.bytes);
  expect(stored.getMap('cells').toJSON()).toEqual(a.cells.toJSON());
});
