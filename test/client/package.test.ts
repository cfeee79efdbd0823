/**
 * The package as others get it: packed, unpacked among somebody else's dependencies, imported by plain Node, compiled
 * against, bundled, and run as a command. Node strips no types in `node_modules`, so nothing of this may be TypeScript.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../../src/client/index.ts';
import { startApp, TEST_SECRET, type TestApp } from '../support/app.ts';
import { emptyDatabaseUrl } from '../support/database.ts';
import { endedWithUs } from '../support/ended-with-us.ts';
import { tokenOf } from './stage.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const node = process.execPath;

let project: string;
let app: TestApp;

beforeAll(async () => {
  app = await startApp();
  project = await mkdtemp(join(tmpdir(), 'roundtable-package-'));
  const environment = { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` };
  const npm = (...words: string[]) => run('npm', words, { cwd: root, env: environment });
  await npm('run', 'build:client');
  await npm('run', 'build:server');
  const { stdout } = await npm('pack', '--ignore-scripts', '--json', '--pack-destination', project);
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }];
  await mkdir(join(project, 'node_modules'));
  await run('tar', ['-xzf', join(project, filename), '-C', join(project, 'node_modules')]);
  await run('mv', [join(project, 'node_modules/package'), join(project, 'node_modules/roundtable')]);
  for (const name of await readdir(join(root, 'node_modules')))
    if (!name.startsWith('.')) await symlink(join(root, 'node_modules', name), join(project, 'node_modules', name));
  await writeFile(join(project, 'package.json'), '{ "name": "somebody-elses", "type": "module" }');
});
afterAll(async () => {
  await app.stop();
  await rm(project, { recursive: true, force: true });
});

/** What a program of somebody else's prints. */
async function program(text: string): Promise<string> {
  const file = join(project, `program-${crypto.randomUUID()}.js`);
  await writeFile(file, text);
  return (await run(node, [file], { cwd: project })).stdout.trim();
}

/** What a bundler makes of a page that imports this, dependencies left out. @returns the code, and what it imports */
async function bundled(text: string, minify = true): Promise<{ code: string; imports: string[] }> {
  const entry = join(project, `page-${crypto.randomUUID()}.js`);
  await writeFile(entry, text);
  const result = await build({
    root: project,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify,
      lib: { entry, formats: ['es'] },
      rolldownOptions: {
        external: /^(?!roundtable)[^./]/,
        output: { codeSplitting: false },
        experimental: { attachDebugInfo: 'none' }, // the paths that modules came from are no part of it
      },
    },
  });
  const [{ output }] = result as unknown as [{ output: { code: string; imports: string[] }[] }];
  return { code: output[0]!.code, imports: output[0]!.imports };
}

const gzipped = (text: string | Buffer) => gzipSync(text).byteLength;

describe('SD8 roundtable/client', () => {
  it('runs in plain Node, on its own WebSocket', async () => {
    const printed = await program(`
      import { createClient, putCell } from 'roundtable/client';
      const client = createClient({ url: '${app.url}', token: '${tokenOf('plain@firm.example')}' });
      const model = await client.threatModels.create({ name: 'Checkout' });
      const { id } = await client.diagrams.create(model.id, { name: 'Data flow' });
      const place = { threatModelId: model.id, diagramId: id };
      const diagram = client.joinDiagram(place);
      await diagram.whenLive();
      putCell(diagram.cells, { id: 'shop', shape: 'process', x: 0, y: 0, width: 1, height: 1, label: 'Shop', z: 1 });
      await diagram.whenSaved();
      console.log(diagram.me.user_id, diagram.status.kind, (await client.diagrams.content(place)).cells.length);
      diagram.leave();
    `);
    expect(printed).toBe('plain@firm.example live 1');
  });

  it('is less than 15 KB without Yjs and the provider, and holds nothing of the server', async () => {
    const { code, imports } = await bundled(`export * from 'roundtable/client';`, false);
    expect(gzipped(code)).toBeLessThan(15 * 1024);
    expect(imports.sort()).toEqual(['@hocuspocus/provider', 'yjs']);
  });

  it('leaves out what a page does not use: the REST calls alone need neither Yjs nor the provider', async () => {
    const { code, imports } = await bundled(`import { createApi } from 'roundtable/client'; window.api = createApi;`);
    expect(imports).toEqual([]);
    expect(code).not.toContain('presenter');
    expect(gzipped(code)).toBeLessThan(4 * 1024);
  });

  it('react and the offline copies are subpaths of their own', async () => {
    const react = await bundled(`import { useSaved } from 'roundtable/client/react'; window.hook = useSaved;`);
    expect(react.imports).toEqual(['react']);
    const offline = await bundled(
      `import { indexedDbStore } from 'roundtable/client/offline'; window.store = indexedDbStore;`,
    );
    expect(offline.imports).toEqual([]);
    expect(offline.code).toMatch(/import\(.y-indexeddb.\)/);
  });

  it.each(['bundler', 'nodenext'])('has types that somebody else compiles against (%s)', async (resolution) => {
    const source = `
      import { createClient, RoundtableError, type Workspace } from 'roundtable/client';
      import { indexedDbStore } from 'roundtable/client/offline';
      import { useDiagram, useSaved } from 'roundtable/client/react';
      const client = createClient({ url: '', token: async () => 'x', offline: indexedDbStore() });
      export const name = async (): Promise<string[]> => {
        const names: string[] = [];
        for await (const workspace of client.workspaces.list()) names.push(workspace.name);
        const page: { data: Workspace[] } = await client.workspaces.list({ limit: 2 });
        return [...names, ...page.data.map(({ role }) => role satisfies 'owner' | 'admin' | 'member' | 'read_only')];
      };
      export const code = (error: unknown) => (error instanceof RoundtableError ? error.code : null);
      export function Saved(): string {
        const { saved } = useSaved(useDiagram(client, { threatModelId: 't', diagramId: 'd' }));
        return saved ? 'Saved' : 'Saving';
      }
      // @ts-expect-error there is no such role
      void client.workspaces.addMember('w', { email: 'a@b.c', role: 'king' });
      const diagram = client.joinDiagram({ threatModelId: 't', diagramId: 'd' });
      diagram.on('change', ({ status }) => (status.kind === 'ended' ? status.message satisfies string : null));
      // @ts-expect-error only an end has a message
      void diagram.status.message;
    `;
    const file = join(project, `consumer-${resolution}.ts`);
    await writeFile(file, source);
    const module = resolution === 'bundler' ? 'esnext' : 'nodenext';
    const words = [
      '--noEmit',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--skipLibCheck',
      '--target',
      'es2022',
      '--types',
      '',
    ];
    const { stdout } = await run(
      node,
      [
        join(root, 'node_modules/typescript/bin/tsc'),
        ...words,
        '--module',
        module,
        '--moduleResolution',
        resolution,
        file,
      ],
      {
        cwd: project,
      },
    ).catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  });
});

describe('the roundtable command', () => {
  const command = () => join(project, 'node_modules/roundtable/dist/main.js');

  it('is what the package says it is', async () => {
    const { bin } = JSON.parse(await readFile(join(project, 'node_modules/roundtable/package.json'), 'utf8'));
    expect(join(project, 'node_modules/roundtable', bin.roundtable)).toBe(command());
    expect(await readFile(command(), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('migrates and serves from node_modules, with all that it needs', async () => {
    const environment = {
      PATH: process.env.PATH,
      DATABASE_URL: await emptyDatabaseUrl(),
      JWT_SECRET: TEST_SECRET,
      PORT: '0',
    };
    const options = { cwd: project, env: environment };
    const help = await run(node, [command(), '--help'], options);
    expect(help.stdout).toContain('doctor');
    expect((await run(node, [command(), 'migrate'], options)).stdout).toContain('applied');
    const spawned = spawn(node, [command(), 'serve'], { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
    const serving = endedWithUs(spawned);
    try {
      const url = await new Promise<string>((resolve, reject) => {
        let output = '';
        serving.once('exit', () => reject(new Error(output)));
        serving.stdout.on('data', (chunk: Buffer) => {
          output += chunk.toString();
          const [, found] = /running at http:\/\/\S+:(\d+)/.exec(output) ?? [];
          if (found) resolve(`http://localhost:${found}`);
        });
      });
      const api = createApi({ url, token: tokenOf('ada@firm.example') });
      const model = await api.threatModels.create({ name: 'Checkout' });
      const { id } = await api.diagrams.create(model.id, { name: 'Data flow' });
      const place = { threatModelId: model.id, diagramId: id };
      const cell = { id: 'a', shape: 'process', x: 0, y: 0, width: 1, height: 1, label: 'A', z: 1 };
      await api.diagrams.replaceContent(place, [cell]);
      expect((await api.diagrams.content(place)).cells).toEqual([cell]);
    } finally {
      serving.kill('SIGTERM');
      await once(serving, 'exit');
    }
  });
});
