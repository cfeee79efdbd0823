/** `src/graphql/schema.graphql` is what the server answers when it is asked for its schema. */
import { readFile } from 'node:fs/promises';
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  lexicographicSortSchema,
  printSchema,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { newcomer } from '../support/people.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const printed = (schema: GraphQLSchema) => printSchema(lexicographicSortSchema(schema));

it('the schema that is checked in is the one that is served', async () => {
  const person = await newcomer(app);
  const { body } = await person.call('POST', '/graphql', { body: { query: getIntrospectionQuery() } });
  const served = buildClientSchema(body.data as IntrospectionQuery);
  const checkedIn = buildSchema(await readFile(new URL('../../src/graphql/schema.graphql', import.meta.url), 'utf8'));
  expect(printed(served)).toBe(printed(checkedIn));
});
