/** What GraphQL holds of a node's memory: of a request that was answered nothing. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createCaller } from '../../src/graphql/caller.ts';
import { createExecution } from '../../src/graphql/execution.ts';
import { createSchema, type SchemaParts } from '../../src/graphql/schema.ts';
import { createLogger } from '../../src/observe/log.ts';

const ID = '019aa438-fd1a-7b2e-8f3c-4d5e6f708192';
const person = { id: ID, number: 1, email: 'ada@example.com', username: 'ada', fullName: null, avatarUrl: null };
const actor = { ...person, platformAdmin: false, expiresAt: Number.MAX_SAFE_INTEGER };

const execution = createExecution(createSchema({} as SchemaParts), { introspection: true });

function ask(...queries: string[]): Promise<string> {
  const parts = { attempts: { ended: async () => {} }, logger: createLogger('error') };
  const caller = createCaller(parts, { actor, requestId: 'r', language: 'en' });
  return execution.run(
    queries.map((query) => ({ query })),
    caller,
  );
}

it('CO11 of a document that was answered nothing is kept', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const size = 250_000;
  await ask('{ me { id } }');
  const before = held();
  for (let n = 0; n < 40; n += 1) await ask(`{ me { id } } # ${n} ${'x'.repeat(size)}`, `{ # ${n} ${'x'.repeat(size)}`);
  expect(held() - before).toBeLessThan(10 * size);
}, 30_000);
