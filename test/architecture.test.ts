/** The architecture's rules on imports, names and sizes: first that the check finds each fault, then that we have none. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultsOf, importsOf } from './support/architecture.ts';

const faults = (files: Record<string, string>) => faultsOf(new Map(Object.entries(files)));

describe('the check', () => {
  it('reads imports, re-exports, bare and dynamic imports, over several lines', () => {
    const text = [
      `import type { A } from './a.ts';`,
      `import b, {\n  type C,\n  d as e,\n} from '../b.ts';`,
      `import * as f from 'f';`,
      `import './style.css';`,
      `export * from './g.ts';`,
      `export type { H } from './h.ts';`,
      `const i = await import('./i.ts');`,
    ].join('\n');
    const found = importsOf(text).map(({ specifier, typeOnly }) => `${specifier}${typeOnly ? ' (type)' : ''}`);
    expect(found).toEqual(['./a.ts (type)', '../b.ts', 'f', './style.css', './g.ts', './h.ts (type)', './i.ts']);
  });

  it('takes no import from a comment, a string or a declaration', () => {
    const text = [
      `// import a from './a.ts';`,
      `/*\n * import b from './b.ts';\n * await import('./c.ts')\n */`,
      `const text = "import d from './d.ts'";`,
      `export const from = 'e';`,
      `export function read(path: string) { return path ?? 'from "f"'; }`,
    ].join('\n');
    expect(importsOf(text)).toEqual([]);
  });

  it('accepts the walk of a request: http, membership, access, identity, database', () => {
    const found = faults({
      'src/main.ts': `import { build } from './app.ts';\nbuild(process.env);`,
      'src/app.ts': `import { members } from './http/members.ts';\nimport Koa from 'koa';`,
      'src/http/members.ts': `import Router from '@koa/router';\nimport { add } from '../membership/roster.ts';`,
      'src/membership/roster.ts': `import { standing } from '../access/standing.ts';\nimport type { Bus } from '../cluster/bus.ts';`,
      'src/access/standing.ts': `import type { Person } from '../identity/person.ts';\nimport { Refusal } from '../refusal.ts';`,
      'src/identity/person.ts': `import type { Database } from '../database/database.ts';`,
      'src/database/database.ts': `import { migrations } from '../../migrations/index.ts';`,
      'migrations/index.ts': `import { ROLE } from '../src/database/request-role.ts';`,
      'src/database/request-role.ts': `export const ROLE = 'request';`,
      'src/cluster/bus.ts': '',
      'src/refusal.ts': '',
    });
    expect(found).toEqual([]);
  });

  it.each([
    [
      'upwards',
      'src/identity/tokens.ts',
      `import { may } from '../access/policy.ts';`,
      'identity may not import access',
    ],
    [
      'from the domain to an edge',
      'src/documents/a.ts',
      `import type { B } from '../sync/b.ts';`,
      'documents may not import sync',
    ],
    [
      'from access to membership',
      'src/access/a.ts',
      `export * from '../membership/b.ts';`,
      'access may not import membership',
    ],
    [
      'from the database',
      'src/database/a.ts',
      `import { Refusal } from '../refusal.ts';`,
      'database may not import refusal',
    ],
    [
      'from the bus to the domain',
      'src/cluster/a.ts',
      `import { B } from '../collaboration/b.ts';`,
      'cluster may not import collaboration',
    ],
    ['of the wiring', 'src/http/a.ts', `import { build } from '../app.ts';`, 'http may not import app'],
    ['of a test', 'src/http/a.ts', `import { b } from '../../test/support/b.ts';`, 'http may not import test'],
    [
      'of a dynamic kind',
      'src/identity/a.ts',
      `const b = await import('../http/b.ts');`,
      'identity may not import http',
    ],
    [
      'from the page to the server',
      'src/web/a.ts',
      `import { b } from '../collaboration/b.ts';`,
      'web may not import collaboration',
    ],
    [
      'from the SDK to the server',
      'src/client/a.ts',
      `import { b } from '../http/contracts/b.ts';`,
      'client may not import http',
    ],
    ['of Node in the page', 'src/web/a.ts', `import { join } from 'node:path';`, 'the page runs in a browser'],
    ['by a folder without a layer', 'src/things/a.ts', '', '"things" has no layer'],
  ])('finds an import %s', (_, file, text, sentence) => {
    expect(faults({ [file]: text })).toEqual([expect.stringContaining(`${file}: ${sentence}`)]);
  });

  it.each(['koa', 'koa-jwt', '@koa/router', '@hocuspocus/server', 'redis', 'ws', 'graphql', '@pothos/core'])(
    'finds %s in the domain',
    (name) => {
      const text = `import x from '${name}';`;
      const found = faults({ 'src/membership/a.ts': text, 'src/http/b.ts': text, 'src/cluster/c.ts': text });
      expect(found).toEqual([
        expect.stringContaining(`src/membership/a.ts: the domain imports no framework (${name})`),
      ]);
    },
  );

  it('lets the SDK take types from the contracts, and the page use the SDK', () => {
    const found = faults({
      'src/client/a.ts': `import type { Member } from '../http/contracts/members.ts';`,
      'src/web/b.ts': `import { connect } from '../client/a.ts';\nimport './style.css';`,
      'src/web/vite.config.ts': `import { join } from 'node:path';`,
    });
    expect(found).toEqual([]);
  });

  it('finds cycles, through types and re-exports too, and shows the way round', () => {
    const found = faults({
      'src/access/a.ts': `import type { B } from './b.ts';`,
      'src/access/b.ts': `export { c } from './c.ts';`,
      'src/access/c.ts': `import { a } from './a.ts';`,
      'src/access/d.ts': `import { d } from './d.ts';\nimport { a } from './a.ts';`,
    });
    expect(found).toEqual([
      'src/access/a.ts: cycle src/access/a.ts -> src/access/b.ts -> src/access/c.ts -> src/access/a.ts',
      'src/access/d.ts: cycle src/access/d.ts -> src/access/d.ts',
    ]);
  });

  it.each([
    'const url = process.env.URL;',
    `const { URL } = process['env'];`,
    'const url = process?.env.URL;',
    `import { env } from 'node:process';`,
  ])('finds a reader of the environment: %s', (text) => {
    const found = faults({ 'src/http/a.ts': text, 'src/config.ts': text, 'src/main.ts': text });
    expect(found).toEqual([expect.stringContaining('src/http/a.ts: reads the environment')]);
  });

  it('does not mind the environment in a comment, nor the rest of process', () => {
    const text = '/** Reads no process.env. */\nprocess.exitCode = 1; // process.env\nconst x = process.environment;';
    expect(faults({ 'src/http/a.ts': text })).toEqual([]);
  });

  it.each([
    'src/http/utils.ts',
    'src/helpers/a.ts',
    'src/http/session-manager.ts',
    'src/web/common.css',
    'src/sync/misc/a.ts',
  ])('finds the name that says nothing: %s', (file) => {
    expect(faults({ [file]: '' })).toContainEqual(expect.stringContaining('says nothing about what is in it'));
  });

  it('finds a file of more than 250 lines, except in the page', () => {
    const found = faults({
      'src/http/a.ts': 'x;\n'.repeat(251),
      'src/http/b.ts': 'x;\n'.repeat(250),
      'src/web/c.ts': 'x;\n'.repeat(400),
      'migrations/d.ts': 'x;\n'.repeat(400),
    });
    expect(found).toEqual([expect.stringContaining('src/http/a.ts: 251 lines, 250 is the most')]);
  });
});

describe('our code', () => {
  const files = new Map(
    ['src', 'migrations'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.tsx?$/.test(name))
        .map((name) => join(folder, name))
        .map((path) => [path, readFileSync(path, 'utf8')] as const),
    ),
  );

  it('keeps the rules of imports, names, sizes and the environment', () => {
    expect(files.size).toBeGreaterThan(30);
    expect(faultsOf(files)).toEqual([]);
  });
});
