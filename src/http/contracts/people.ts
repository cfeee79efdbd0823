/** Who is calling, finding people, and in `dev` signing in as anybody. */
import { z } from 'zod';
import type { Database } from '../../database/database.ts';
import type { Actor, Person } from '../../identity/person.ts';
import { personByEmail } from '../../identity/profiles.ts';
import { toUlid } from '../../identity/spelling.ts';
import { Refusal } from '../../refusal.ts';
import { commonSentences, type Contract } from '../contract.ts';
import { email, route, trimmed, type Route } from '../route.ts';

/** Speaks for everything that belongs to no API of its own. */
export const platformContract: Contract = {
  name: 'platform',
  prefixes: [],
  language: 'en',
  sentences: commonSentences,
  fields: {
    email: { pl: 'Nieprawidłowy format email', en: 'Invalid email format' },
    name: { pl: 'Nazwa musi mieć od 1 do 200 znaków', en: 'The name must have 1 to 200 characters' },
    roles: { pl: 'Nieprawidłowe role', en: 'Invalid roles' },
  },
  errorOf: (code) => code,
};

const personFields = {
  id: z.uuid(),
  ulid: z.string(),
  number: z.int(),
  email: z.string(),
  username: z.string(),
  full_name: z.string().nullable(),
  avatar_url: z.string().nullable(),
};
export const personSchema = z.object(personFields).meta({ id: 'Person' });
export const meSchema = z.object({ ...personFields, platform_admin: z.boolean() }).meta({ id: 'Me' });

/** The four spellings of one person. */
export const personOnWire = (person: Person) => ({
  id: person.id,
  ulid: toUlid(person.id),
  number: person.number,
  email: person.email,
  username: person.username,
  full_name: person.fullName,
  avatar_url: person.avatarUrl,
});

export interface PeopleParts {
  database: Database;
  /** Signs a token and makes the profile; null outside of `dev`. */
  signIn:
    | ((claims: { email: string; name?: string; roles?: string[] }) => Promise<{ token: string; person: Actor }>)
    | null;
}

export function peopleRoutes({ database, signIn }: PeopleParts): Route[] {
  const contract = platformContract;
  const routes = [
    route({
      method: 'get',
      path: '/me',
      operationId: 'getMe',
      summary: 'The caller, in the four spellings that the APIs use',
      contract,
      answers: { 200: { description: 'The caller', schema: meSchema } },
      refusals: ['unauthenticated'],
      handle: async ({ actor }) => ({
        status: 200,
        body: { ...personOnWire(actor), platform_admin: actor.platformAdmin },
      }),
    }),
    route({
      method: 'get',
      path: '/people',
      operationId: 'findPerson',
      summary: 'Somebody by their exact email; 30 misses an hour',
      contract,
      guesses: true,
      query: z.object({ email }),
      answers: { 200: { description: 'The person', schema: personSchema } },
      refusals: ['unauthenticated', 'invalid', 'user_not_found', 'rate_limited'],
      handle: async ({ actor, query }) => {
        const person = await database.asPerson(actor, (em) => personByEmail(em, query.email));
        if (!person) throw new Refusal('user_not_found');
        return { status: 200, body: personOnWire(person) };
      },
    }),
  ];
  if (!signIn) return routes;
  const login = route({
    method: 'post',
    path: '/dev/login',
    operationId: 'devLogin',
    summary: 'Sign in as anybody; exists in `roundtable dev` only',
    contract,
    authenticated: false,
    body: z.strictObject({ email, name: trimmed(200).optional(), roles: z.array(trimmed(100)).max(20).optional() }),
    example: { email: 'ada@example.com', name: 'Ada Lovelace' },
    answers: {
      200: { description: 'A token and whose it is', schema: z.object({ token: z.string(), user: meSchema }) },
    },
    refusals: ['invalid', 'unauthenticated'],
    handle: async ({ body }) => {
      const claims = {
        email: body.email,
        ...(body.name && { name: body.name }),
        ...(body.roles && { roles: body.roles }),
      };
      const { token, person } = await signIn(claims);
      return { status: 200, body: { token, user: { ...personOnWire(person), platform_admin: person.platformAdmin } } };
    },
  });
  return [...routes, login];
}
