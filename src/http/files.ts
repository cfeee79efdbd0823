/**
 * Files that are served as they are: the web app under `/`, and the API's documentation under `/docs`. They are read
 * once, at the start; a path is looked up among them, so there is no way out of the folder. The page has addresses of
 * its own, such as a diagram's: a browser that opens one is given the page.
 */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context, Middleware } from 'koa';
import { compressed, ENCODINGS, WORTHWHILE } from './compressed.ts';
import type { Route } from './route.ts';

export type Files = Map<string, Buffer>;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** Files that are compressed. */
const PACKED = ['.png', '.woff2'];

/** @param folder where the built web app is; @returns no files where there is none */
export async function readWebApp(folder: string): Promise<Files> {
  const files: Files = new Map();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((found) => found.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files.set(`/${relative(folder, path)}`, await readFile(path));
  }
  const index = files.get('/index.html');
  if (index) files.set('/', index);
  return files;
}

const DOCS_START = `window.addEventListener('load', () => SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', presets: [SwaggerUIBundle.presets.apis], layout: 'BaseLayout' }));\n`;
const DOCS_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Roundtable API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="docs"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/** The API's documentation, from local files only. */
export async function readDocs(): Promise<Files> {
  const folder = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));
  const files: Files = new Map([
    ['/docs', Buffer.from(DOCS_PAGE)],
    ['/docs/start.js', Buffer.from(DOCS_START)],
  ]);
  for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js'])
    files.set(`/docs/${name}`, await readFile(join(folder, name)));
  return files;
}

export function serveFiles(files: Files): Middleware {
  return async (context, next) => {
    const file = isRead(context) ? files.get(context.path) : undefined;
    if (!file) return next();
    await send(context, file, extname(context.path));
    const hashed = context.path.startsWith('/assets/');
    context.set('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  };
}

/** Whoever asks for a page, at an address whose first part belongs to no route and no file, is given the web app. */
export function servePage(files: Files, routes: readonly Pick<Route, 'path'>[]): Middleware {
  const page = files.get('/');
  const taken = new Set([...files.keys(), ...routes.map(({ path }) => path)].map(firstPart));
  return async (context, next) => {
    const wanted = isRead(context) && context.accepts('json', 'html') === 'html';
    if (!page || !wanted || taken.has(firstPart(context.path))) return next();
    await send(context, page, '.html');
    context.set('Cache-Control', 'no-cache');
  };
}

async function send(context: Context, file: Buffer, extension: string): Promise<void> {
  context.type = types[extension] ?? types['.html']!;
  context.compress = false; // it is done here
  const pays = file.byteLength >= WORTHWHILE && !PACKED.includes(extension);
  const wanted = pays && context.acceptsEncodings([...ENCODINGS, 'identity']);
  const encoding = ENCODINGS.find((known) => known === wanted);
  context.body = encoding ? await compressed(file, encoding) : file;
  if (encoding) context.set('Content-Encoding', encoding);
}

const isRead = ({ method }: Pick<Context, 'method'>) => method === 'GET' || method === 'HEAD';
const firstPart = (path: string) => path.split('/')[1] ?? '';
