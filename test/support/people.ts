/** People who have called once and so have a profile. */
import { clientOf, type TestClient } from './client.ts';

export interface TestPerson extends TestClient {
  id: string;
  ulid: string;
  number: number;
}

let met = 0;

/** Somebody whom no test has met before, in the app's database. */
export async function newcomer(
  app: { url: string },
  claims: { name?: string; roles?: string[] } = {},
): Promise<TestPerson> {
  met += 1;
  return personOf(app, `person-${met}@firm.example`, claims);
}

/** Somebody with this email, known after a first call. */
export async function personOf(
  app: { url: string },
  email: string,
  claims: { name?: string; roles?: string[] } = {},
): Promise<TestPerson> {
  const client = clientOf(app.url, email, claims);
  const { body } = await client.call('GET', '/me');
  return { ...client, id: body.id, ulid: body.ulid, number: body.number };
}
