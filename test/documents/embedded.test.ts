/** The same statements on the embedded database. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import * as Y from 'yjs';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { NO_ROWS } from '../../src/documents/base.ts';
import { bindClients } from '../../src/documents/client-binding.ts';
import { recover } from '../../src/documents/flush.ts';
import { joinUpdates } from '../../src/documents/row.ts';
import { compact } from '../../src/documents/snapshots.ts';
import { createVersions } from '../../src/documents/versions.ts';
import { createWorkshop } from '../../src/documents/workshop.ts';
import type { Actor } from '../../src/identity/person.ts';
import { cellsOf } from '../support/content.ts';
import { eventually, saved } from '../support/patience.ts';
import { connect, disconnectAll } from '../support/provider.ts';
import { addDiagram, addPerson, grant, startStage, type Stage } from '../sync/stage.ts';

const workshop = createWorkshop();
let database: Database;
let stage: Stage;
let ann: Actor;
let bob: Actor;

beforeAll(async () => {
  database = await openDatabase({ directory: null });
  await database.migrate();
  [ann, bob] = [await addPerson(database, 'ann'), await addPerson(database, 'bob')];
  stage = await startStage({ database, people: [ann, bob], poll: 50 });
});
afterAll(async () => {
  disconnectAll();
  await stage.close();
  await database.close();
});

it('DO1 DO3 AC3 editing, REST, the poll, the fence and compaction', async () => {
  const at = await addDiagram(database, [
    [ann, 'owner'],
    [bob, 'writer'],
  ]);
  const [a, b] = [ann, bob].map((person) =>
    connect({ url: stage.url(at), name: `diagram:${at.diagram}`, token: person.id }),
  );
  await Promise.all([saved(a!), saved(b!)]);
  for (let edit = 0; edit < 20; edit += 1) (edit % 2 ? a! : b!).cells.set(`c${edit}`, new Y.Map([['z', edit]]));
  await Promise.all([saved(a!), saved(b!)]);
  await stage.store.replace(at.diagram, ann.id, [{ id: 'only', z: 1 }], null);
  await eventually(() => expect(b!.cells.toJSON()).toEqual({ only: { id: 'only', z: 1 } }));
  expect(await compact(database.log, workshop, at.diagram, { rows: 1, bytes: Infinity })).toBeGreaterThan(1);
  const versions = createVersions({ executor: database.log, workshop, documents: stage.store });
  const version = await versions.keep(at.diagram, ann.id, 'V');
  expect((await versions.list(at.diagram, { limit: 5, after: null })).map(({ id }) => id)).toEqual([version.id]);
  await grant(database, at.model, bob, 'reader');
  b!.cells.set('refused', 1);
  await eventually(() => expect(b!.messages.at(-1)).toMatchObject({ type: 'error', code: 'forbidden' }));
  expect(await cellsOf(stage.store, at.diagram)).toEqual([{ id: 'only', z: 1 }]);
});

it('DO1 DO4 recover and bindClients', async () => {
  const { diagram } = await addDiagram(database, [[ann, 'owner']]);
  const batch = {
    diagram,
    id: uuidv7(),
    epoch: 0,
    base: NO_ROWS,
    authors: [ann.id],
    bytes: joinUpdates([new Uint8Array([0, 0])]),
  };
  expect(await recover(database.log, batch, 500)).toEqual({ kind: 'in', seq: 1 });
  expect(await recover(database.log, batch, 500)).toEqual({ kind: 'in', seq: 1 });
  expect(await bindClients(database.log, diagram, ann.id, [5, 7])).toEqual(
    new Map([
      [5, ann.id],
      [7, ann.id],
    ]),
  );
  expect(await bindClients(database.log, diagram, bob.id, [7, 9])).toEqual(
    new Map([
      [7, ann.id],
      [9, bob.id],
    ]),
  );
  expect(await bindClients(database.log, uuidv7(), bob.id, [1])).toBeNull();
});
