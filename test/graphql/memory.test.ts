/** What GraphQL holds of a node's memory: of a request that was answered nothing, of one that is being answered a bounded part. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createCaller } from '../../src/graphql/caller.ts';
import { createExecution } from '../../src/graphql/execution.ts';
import { createSchema, type SchemaParts } from '../../src/graphql/schema.ts';
import { toUlid } from '../../src/identity/spelling.ts';
import type { Page } from '../../src/http/page.ts';
import { createLogger } from '../../src/observe/log.ts';
import { heapHeld } from '../support/collected.ts';

const idOf = (n: number) => `019aa438-fd1a-7b2e-8f3c-${n.toString(16).padStart(12, '0')}`;
const ID = idOf(0);
const person = { id: ID, number: 1, email: 'ada@example.com', username: 'ada', fullName: null, avatarUrl: null };
const actor = { ...person, platformAdmin: false, expiresAt: Number.MAX_SAFE_INTEGER };

/** Rows of each list that the caller may read, and what the groups among them have for a description. */
let had = { rows: 0, description: '' };
/** How many lists were read at one time, and how many rows altogether. */
let reading = { now: 0, most: 0, rows: 0 };
beforeEach(() => {
  reading = { now: 0, most: 0, rows: 0 };
});

async function rowsOf<Row>(from: number, { limit }: Page, row: (n: number) => Row): Promise<Row[]> {
  reading.now += 1;
  reading.most = Math.max(reading.most, reading.now);
  await new Promise(setImmediate);
  reading.now -= 1;
  const length = Math.min(had.rows - from, limit + 1);
  reading.rows += length;
  return Array.from({ length }, (_, index) => row(from + index));
}
const groups = {
  mine: (_: unknown, page: Page) =>
    rowsOf(page.after ? Number.parseInt(page.after[0]!.slice(-12), 16) + 1 : 0, page, (n) => ({
      id: idOf(n),
      name: 'g',
      description: had.description,
      owner: ID,
      createdAt: new Date(0),
    })),
};
const roster = {
  list: (_: unknown, page: Page) =>
    rowsOf(page.after ? Date.parse(page.after[0]!) + 1 : 0, page, (n) => ({
      person: { ...person, id: idOf(n) },
      addedAt: new Date(n),
      addedBy: ID,
    })),
};
const execution = createExecution(createSchema({ groups, roster } as unknown as SchemaParts), { introspection: true });

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions: { code: string } }[];
}

async function ask(...queries: string[]): Promise<{ text: string; answers: Answer[] }> {
  const parts = { attempts: { ended: async () => {} }, logger: createLogger('error') };
  const caller = createCaller(parts, { actor, requestId: 'r', language: 'en' });
  const text = await execution.run(
    queries.map((query) => ({ query })),
    caller,
  );
  return { text, answers: JSON.parse(text) as Answer[] };
}
const named = (count: number, field: string) => Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ');
const MEMBERS = `groupMembers(groupId: "${toUlid(ID)}")`;

it('CO11 of a document that was answered nothing is kept', async () => {
  const size = 250_000;
  await ask('{ me { id } }');
  const before = heapHeld();
  for (let n = 0; n < 40; n += 1) await ask(`{ me { id } } # ${n} ${'x'.repeat(size)}`, `{ # ${n} ${'x'.repeat(size)}`);
  expect(heapHeld() - before).toBeLessThan(10 * size);
}, 30_000);

describe('CO11 the lists of one request', () => {
  it('are complete, also where they are long', async () => {
    had = { rows: 2345, description: 'd' };
    const { answers } = await ask(`{ groups { id } ${MEMBERS} { nodes { userId } endCursor } }`);
    const every = Array.from({ length: had.rows }, (_, n) => toUlid(idOf(n)));
    expect(answers).toEqual([
      {
        data: {
          groups: every.map((id) => ({ id })),
          groupMembers: { nodes: every.map((userId) => ({ userId })), endCursor: null },
        },
      },
    ]);
  });

  it('are read one after the other, and refused together, once they are too long', async () => {
    had = { rows: 500, description: '😀'.repeat(2000) };
    const many = `{ groups { id description } ${named(30, 'groups { id description }')} }`;
    const { text, answers } = await ask(many, many, many, many, many);
    expect(reading.most).toBe(1);
    expect(reading.rows).toBeLessThanOrEqual(3 * had.rows);
    expect(text.length).toBeLessThan(5_000_000);
    for (const { data, errors } of answers) {
      expect(data).toBeNull();
      expect(errors![0]).toMatchObject({
        message: 'The lists that this request asks for are too long together',
        extensions: { code: 'payload_too_large' },
      });
    }
    expect((await ask('{ groups { description } }')).answers[0]!.errors).toBeUndefined();
  });

  it.each([
    ['under other names', () => `{ groups { ${named(30, 'description')} } }`],
    ['under long names', () => `{ groups { ${'n'.repeat(200_000)}: id } }`],
    [
      'by fragments',
      () => `{ groups { ...a } } fragment a on Group { ...b } fragment b on Group { ${named(30, 'id')} }`,
    ],
    ['with the type of each', () => `{ groups { ${named(30, '__typename')} } }`],
    ['within a page', () => `{ ${MEMBERS} { ${named(15, 'nodes { x: userId }')} } }`],
  ])('count what they are answered with: %s', async (_, query) => {
    had = { rows: 2500, description: 'd'.repeat(100) };
    const { text, answers } = await ask(query(), query(), query(), query(), query());
    expect(text.length).toBeLessThan(5_000_000);
    expect(answers.at(-1)!.errors![0]!.extensions.code).toBe('payload_too_large');
  });

  it('leave what is asked besides them as it is', async () => {
    had = { rows: 50_000, description: 'd' };
    const { answers } = await ask(`{ ${MEMBERS} { nodes { userId } } me { email } }`);
    expect(answers).toMatchObject([{ data: { groupMembers: null, me: { email: person.email } }, errors: [{}] }]);
  });
});
