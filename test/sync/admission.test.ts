/** Deciding anew, where one change of access concerns many diagrams at once; and who is gone before they are in. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import type { Actor } from '../../src/identity/person.ts';
import { createAdmission } from '../../src/sync/admission.ts';
import type { Channel } from '../../src/sync/channel.ts';
import { closings } from '../../src/sync/closing.ts';
import { createDirectory } from '../../src/sync/directory.ts';
import { freshDatabase } from '../support/database.ts';
import { addDiagram, addPerson, grant, logger } from './stage.ts';

const DIAGRAMS = 120;

let database: Database;
let [ada, ben]: Actor[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  ada = await addPerson(database, 'ada');
  ben = await addPerson(database, 'ben');
});
afterAll(() => database.close());

/** Diagrams, each with a connection of Ben's, and what is asked of the database to decide them anew. */
async function connected() {
  const directory = createDirectory();
  const [models, diagrams, closed]: [string[], string[], string[]] = [[], [], []];
  for (let count = 0; count < DIAGRAMS; count += 1) {
    const { model, diagram } = await addDiagram(database, [
      [ada!, 'owner'],
      [ben!, 'writer'],
    ]);
    models.push(model);
    diagrams.push(diagram);
    const admission = { kind: 'diagram', actor: ben, permissions: 'writer', epoch: 0, live: {} };
    directory.add({
      name: `diagram:${diagram}`,
      state: { kind: 'open', admission, connection: {} },
      intake: { welcome() {} },
      presence: { welcome() {} },
      close: ({ code }: { code: number }) => void closed.push(`${diagram} ${code}`),
    } as unknown as Channel);
  }
  let [asked, atOnce, most] = [0, 0, 0];
  const fails = vi.fn<() => boolean>(() => false);
  const execute = async (text: string, params: unknown[]) => {
    asked += 1;
    most = Math.max(most, (atOnce += 1));
    try {
      if (fails()) throw new Error('away');
      return await database.queries().execute(text, params);
    } finally {
      atOnce -= 1;
    }
  };
  const redecided = vi.fn<(diagram: string) => Promise<void>>(async () => {});
  const admission = createAdmission({
    authenticator: { authenticate: () => Promise.reject(new Error('nobody comes')) },
    database: { ...database, queries: () => ({ execute }) as never },
    sessions: {
      redecide: redecided,
      join: () => Promise.reject(new Error()),
      leave: () => Promise.reject(new Error()),
    },
    rooms: null,
    directory,
    limits: { maxSocketsPerUser: 10 },
    newId: () => 'never',
    logger,
  });
  return { models, diagrams, closed, admission, redecided, fails, questions: () => ({ asked, most }) };
}

it('AC3 AC4 of many diagrams everybody is decided anew in a few statements, one after the other; each session then decides its own', async () => {
  const { models, diagrams, closed, admission, redecided, questions } = await connected();
  const removed = diagrams.slice(0, 70);
  for (const model of models.slice(0, 70)) await grant(database, model, ben!, null);
  await Promise.all(diagrams.map((diagram) => admission.redecide(diagram)));
  expect(closed.toSorted()).toEqual(removed.map((diagram) => `${diagram} ${closings.forbidden.code}`).toSorted());
  expect(redecided.mock.calls.flat().toSorted()).toEqual(removed.toSorted());
  expect(questions().asked).toBeLessThan(DIAGRAMS / 20);
  expect(questions().most).toBe(1);
});

it('CS4 whoever is gone when they are about to be in is taken out of the session again, whenever that was', async () => {
  const { diagram } = await addDiagram(database, [[ada!, 'owner']]);
  for (let turns = 0; turns < 8; turns += 1) {
    const left = vi.fn<(id: string) => Promise<void>>(async () => {});
    const joined = Promise.withResolvers<{ session: string }>();
    const channel = {
      name: `diagram:${diagram}`,
      socket: { place: { kind: 'shared' }, people: new Set() },
      state: { kind: 'waiting' as string },
      joined: () => void (channel.state = { kind: 'joined' }),
    };
    const endAfter = (more: number): void => {
      if (more > 0) return queueMicrotask(() => endAfter(more - 1));
      if (channel.state.kind === 'waiting') channel.state = { kind: 'ended' };
    };
    const admission = createAdmission({
      authenticator: { authenticate: async () => ada! },
      database,
      sessions: {
        redecide: async () => {},
        join() {
          setImmediate(() => {
            joined.resolve({ session: 's' });
            endAfter(turns);
          });
          return joined.promise;
        },
        leave: left,
      },
      rooms: null,
      directory: createDirectory(),
      limits: { maxSocketsPerUser: 10 },
      newId: () => 'a connection',
      logger,
    });
    const isIn = await admission.admit(channel as unknown as Channel, 'token').then(
      () => true,
      () => false,
    );
    expect([isIn, left.mock.calls.flat()]).toEqual(isIn ? [true, []] : [false, ['a connection']]);
  }
});

it('AC3 what cannot be decided now keeps nothing else from being decided, and is decided when it is asked for again', async () => {
  const { models, diagrams, closed, admission, fails } = await connected();
  for (const model of models) await grant(database, model, ben!, null);
  await admission.redecide(diagrams[0]!);
  expect(closed).toHaveLength(1);
  fails.mockReturnValueOnce(true);
  await Promise.all(diagrams.map((diagram) => admission.redecide(diagram)));
  expect(closed.length).toBeGreaterThan(1);
  await Promise.all(diagrams.map((diagram) => admission.redecide(diagram)));
  expect(new Set(closed)).toEqual(new Set(diagrams.map((diagram) => `${diagram} ${closings.forbidden.code}`)));
});

it('AC3 whoever is on a diagram that is deleted is told so, and not that they may not be there', async () => {
  const { models, diagrams, closed, admission } = await connected();
  await database.log.query('delete from threat_model where id = $1', [models[0]]);
  await admission.redecide(diagrams[0]!);
  expect(closed).toEqual([`${diagrams[0]} ${closings.notFound.code}`]);
});

it('AC3 whoever loses access after the database was set back is closed too, though epochs begin again below', async () => {
  const { models, diagrams, closed, admission } = await connected();
  const [model, diagram] = [models[0]!, diagrams[0]!];
  // Three changes of access, each decided, then the database is set back to before them; documents had no edits.
  for (const role of ['owner', 'writer', 'owner'] as const) await grant(database, model, ben!, role);
  await admission.redecide(diagram);
  await database.log.query('update diagram set access_epoch = 0 where id = $1', [diagram]);
  await grant(database, model, ben!, null);
  for (let again = 0; again < 3; again += 1) await admission.redecide(diagram);
  expect([...new Set(closed)]).toEqual([`${diagram} ${closings.forbidden.code}`]);
});
