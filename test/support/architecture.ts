/**
 * The rules of the architecture as a pure function over the text of the files: which folder may import which, no
 * cycles, no framework in the domain, one reader of the environment, names, sizes. It reads imports as text, each at
 * the start of a statement; that is enough for a code base that the formatter writes.
 *
 * A layer may import the layers below it and its own. The table says what is below; a folder that is not in the table
 * is a fault, so that nobody forgets to place a new one.
 */
import { posix } from 'node:path';

const FOUNDATION = ['refusal', 'json', 'budget', 'config', 'waiting', 'observe', 'database', 'cluster'];
const DOMAIN = ['identity', 'access', 'membership', 'collaboration', 'documents'];
const EDGES = ['http', 'graphql', 'sync'];
const BESIDE = ['membership', 'collaboration', 'documents'];

/** What each part of src may import besides itself. `app` and `main` may import everything. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  refusal: [],
  json: ['refusal'],
  budget: [],
  config: ['refusal'],
  waiting: [],
  observe: ['refusal', 'config', 'waiting', 'database', 'cluster'],
  database: ['migrations'],
  migrations: ['database'],
  cluster: ['refusal', 'config', 'waiting', 'observe', 'database'],
  identity: FOUNDATION,
  access: [...FOUNDATION, 'identity'],
  membership: [...FOUNDATION, 'identity', 'access', ...BESIDE],
  collaboration: [...FOUNDATION, 'identity', 'access', ...BESIDE],
  documents: [...FOUNDATION, 'identity', 'access', ...BESIDE],
  http: [...FOUNDATION, ...DOMAIN, ...EDGES],
  graphql: [...FOUNDATION, ...DOMAIN, ...EDGES],
  sync: [...FOUNDATION, ...DOMAIN, ...EDGES],
  foundations: FOUNDATION,
  demo: [...FOUNDATION, ...DOMAIN],
  'start-fault': [],
  doctor: [...FOUNDATION, ...DOMAIN],
  client: [],
  web: ['client'],
};

const EVERYTHING = ['app', 'main'];
/** Packages that belong to the edges. */
const EDGE_PACKAGE =
  /^(koa([-/].*)?|@koa\/.*|@hocuspocus\/.*|redis|@redis\/.*|ws|graphql([-/].*)?|@pothos\/.*|@graphql-yoga\/.*)$/;
const EMPTY_NAME = /^(utils?|helpers?|common|misc|managers?)$/i;
const ENVIRONMENT =
  /\bprocess\s*\??\.?\s*(\.\s*env\b|\[\s*['"]env['"]\s*\])|\bimport\s*\{[^}]*\benv\b[^}]*\}\s*from\s*['"](node:)?process['"]/;
const MOST_LINES = 250;

export interface Import {
  /** As written: a package, or a path relative to the file. */
  specifier: string;
  typeOnly: boolean;
}

/** The imports and re-exports of a file, dynamic ones included. */
export function importsOf(text: string): Import[] {
  const statement =
    /^[ \t]*(?:import|export)\s+(?:(type)\s+)?(?=[\w$*{])(?:[\w$*{},\s]+?\s*from\s*)['"]([^'"]+)['"]|^[ \t]*import\s*['"]([^'"]+)['"]/gm;
  const dynamic = /\bimport\(\s*['"]([^'"]+)['"]/g;
  const found = Array.from(text.matchAll(statement), ([, type, from, bare]) => ({
    specifier: from ?? bare ?? '',
    typeOnly: type !== undefined,
  }));
  for (const [, specifier = ''] of withoutComments(text).matchAll(dynamic)) found.push({ specifier, typeOnly: false });
  return found;
}

/**
 * All faults of a code base, each a sentence that begins with the file.
 * @param files path from the root of the repository (`src/...`, `migrations/...`) to text
 */
export function faultsOf(files: ReadonlyMap<string, string>): string[] {
  const faults: string[] = [];
  for (const [file, text] of files) {
    faults.push(
      ...nameFaults(file),
      ...sizeFaults(file, text),
      ...environmentFaults(file, text),
      ...importFaults(file, text),
    );
  }
  return [...faults, ...cycleFaults(files)];
}

/** `src/http/members.ts` -> `http`; `src/config.ts` -> `config`; `migrations/x.ts` -> `migrations`. */
function partOf(file: string): string {
  const [root = '', first = ''] = file.split('/');
  return root === 'src' ? first.replace(/\.tsx?$/, '') : root;
}

function nameFaults(file: string): string[] {
  const empty = file
    .replace(/\.\w+$/, '')
    .split(/[/.-]/)
    .find((word) => EMPTY_NAME.test(word));
  return empty ? [`${file}: "${empty}" says nothing about what is in it: name the subject`] : [];
}

function sizeFaults(file: string, text: string): string[] {
  const lines = text.trimEnd().split('\n').length;
  if (!file.startsWith('src/') || partOf(file) === 'web' || lines <= MOST_LINES) return [];
  return [`${file}: ${lines} lines, ${MOST_LINES} is the most: give its second subject a file`];
}

function environmentFaults(file: string, text: string): string[] {
  if (['config', 'main'].includes(partOf(file)) || !ENVIRONMENT.test(withoutComments(text))) return [];
  return [`${file}: reads the environment: only src/config.ts and src/main.ts may; take a parameter`];
}

function importFaults(file: string, text: string): string[] {
  const part = partOf(file);
  const allowed = MAY_IMPORT[part];
  if (EVERYTHING.includes(part)) return [];
  if (!allowed) return [`${file}: "${part}" has no layer: place it in MAY_IMPORT of test/support/architecture.ts`];
  return importsOf(text).flatMap(({ specifier, typeOnly }) => {
    if (!specifier.startsWith('.')) return packageFaults(file, part, specifier);
    const target = partOf(posix.join(posix.dirname(file), specifier));
    const shapes = part === 'client' && typeOnly && target === 'http';
    if (target === part || allowed.includes(target) || shapes) return [];
    return [
      `${file}: ${part} may not import ${target} (${specifier}); it may import ${allowed.join(', ') || 'nothing of ours'}`,
    ];
  });
}

function packageFaults(file: string, part: string, specifier: string): string[] {
  if (DOMAIN.includes(part) && EDGE_PACKAGE.test(specifier)) {
    return [`${file}: the domain imports no framework (${specifier}): take a port as a parameter`];
  }
  const browser = part === 'web' && !file.endsWith('/vite.config.ts');
  if (browser && specifier.startsWith('node:'))
    return [`${file}: the page runs in a browser, which has no ${specifier}`];
  return [];
}

/** One fault for each import that closes a ring, with the way round. */
function cycleFaults(files: ReadonlyMap<string, string>): string[] {
  const faults: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string) => {
    if (path.includes(file)) {
      faults.push(`${file}: cycle ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const { specifier } of importsOf(files.get(file) ?? '')) {
      const target = posix.join(posix.dirname(file), specifier);
      if (specifier.startsWith('.') && files.has(target)) visit(target);
    }
    path.pop();
    done.add(file);
  };
  for (const file of files.keys()) visit(file);
  return faults;
}

/** Comments become a space; strings and templates stay. */
function withoutComments(text: string): string {
  return text.replace(
    /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[^]|[^`\\])*`)|\/\*[^]*?\*\/|\/\/[^\n]*/g,
    (_, literal: string | undefined) => literal ?? ' ',
  );
}
