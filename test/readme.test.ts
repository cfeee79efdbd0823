/** The README is followed to the letter: its walk is pasted into a shell, its examples are run. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { HocuspocusProvider } from '@hocuspocus/provider';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createClient, putCell, type LiveDiagram } from '../src/client/index.ts';
import { startApp, type TestApp } from './support/app.ts';
import { clientOf } from './support/client.ts';
import { eventually } from './support/patience.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map((match) => match[1]!);

describe('SD9 the README', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());

  it('has a walk that works pasted line by line, from signing in to the content of a diagram', async () => {
    const walk = blocks('sh').find((block) => block.includes('BASE='))!;
    const script = walk.replace('http://localhost:3000', app.url);
    const { code, output } = await shell(`${script}\necho; echo "$WORKSPACE|$MODEL|$DIAGRAM"`);
    expect(code).toBe(0);
    expect(output).not.toContain('urn:roundtable:refusal');
    expect(output).toContain('"email":"linus@example.com"');
    expect(output).toContain('"host":"ada@example.com"');
    expect(output).toContain('"label":"Shop"');
    expect(output.trim().split('\n').at(-1)).toMatch(/^[0-9a-f-]{36}\|[0-9a-f-]{36}\|[0-9a-f-]{36}$/);
  });

  it('has a provider example that connects, hears who is there, and knows when it is saved', async () => {
    const example = blocks('ts').find((block) => block.includes('HocuspocusProvider'))!;
    expect(example.trim().split('\n').length).toBeLessThanOrEqual(16);
    const ada = clientOf(app.url, 'ada@example.com');
    const { body: model } = await ada.call('POST', '/threat_models', { body: { name: 'Example' } });
    const { body: diagram } = await ada.call('POST', `/threat_models/${model.id}/diagrams`, {
      body: { name: 'Example' },
    });

    const heard: unknown[] = [];
    const body = `${example.replaceAll(/^import .*$/gm, '')}\nreturn { provider, cells };`;
    const run = new Function(
      'HocuspocusProvider',
      'base',
      'model',
      'diagram',
      'token',
      'console',
      `return (async () => {${body}})();`,
    );
    vi.stubGlobal('WebSocket', WebSocket);
    const { provider, cells } = (await run(HocuspocusProvider, app.url, model.id, diagram.id, ada.token, {
      log: (line: unknown) => heard.push(line),
    })) as { provider: HocuspocusProvider; cells: { set(key: string, value: unknown): void } };
    try {
      await eventually(() =>
        expect(heard.map((line) => (line as { type?: string }).type)).toContain('participants_update'),
      );
      cells.set('cell', 'anything');
      await eventually(() => expect(heard.slice(-2)).toEqual(['saving', 'saved']));
    } finally {
      provider.destroy();
      vi.unstubAllGlobals();
    }
  });

  it('has an SDK example that is live, shows who is there, and waits until it is saved', async () => {
    const example = blocks('ts').find((block) => block.includes('createClient'))!;
    const ada = clientOf(app.url, 'ada@example.com');
    const { body: model } = await ada.call('POST', '/threat_models', { body: { name: 'Example' } });
    const path = `/threat_models/${model.id}/diagrams`;
    const { body: made } = await ada.call('POST', path, { body: { name: 'Example' } });

    const shown: unknown[][] = [];
    const names = ['createClient', 'putCell', 'base', 'token', 'model', 'diagram_id', 'show'];
    const body = `return (async () => {${example.replaceAll(/^import .*$/gm, '')}\nreturn diagram; })();`;
    vi.stubGlobal('WebSocket', WebSocket);
    try {
      const diagram = (await new Function(...names, body)(
        createClient,
        putCell,
        app.url,
        ada.token,
        model.id,
        made.id,
        (...state: unknown[]) => shown.push(state),
      )) as LiveDiagram;
      const { body: content } = await ada.call('GET', `${path}/${made.id}/content`);
      expect(content.cells).toMatchObject([{ id: 'bank', label: 'Bank' }]);
      expect(shown.at(-1)).toMatchObject([[{ user_id: 'ada@example.com' }], 'ada@example.com', true, { kind: 'live' }]);
      diagram.leave();
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('names every variable of the configuration', () => {
    const config = readFileSync(new URL('../src/config.ts', import.meta.url), 'utf8');
    const variables = [...config.matchAll(/^ {2}([A-Z_]+):/gm)].map((match) => match[1]!);
    expect(variables.length).toBeGreaterThan(20);
    expect(variables.filter((variable) => !readme.includes(`\`${variable}\``))).toEqual([]);
  });

  it('says within which bounds a size may be', () => {
    const config = readFileSync(new URL('../src/config.ts', import.meta.url), 'utf8');
    const bounded = [...config.matchAll(/^ {2}(MAX_[A-Z_]+): whole\(([\d_]+), ([\d_]+)\)/gm)];
    expect(bounded.length).toBeGreaterThanOrEqual(3);
    for (const [, variable, least, most] of bounded) {
      const row = readme.split('\n').find((line) => line.startsWith(`| \`${variable}\` |`));
      expect(row).toContain(`; ${size(least!)} to ${size(most!)} |`);
    }
  });

  it('has nothing run on a Node that is too old for it', () => {
    const architecture = readFileSync(new URL('../ARCHITECTURE.md', import.meta.url), 'utf8');
    const commands = [...(readme + architecture).matchAll(/(npx )?node (\S+\.ts)/g)];
    expect(commands.length).toBeGreaterThan(4);
    for (const [command, before, file] of commands) {
      expect([command, before]).toEqual([command, 'npx ']);
      expect(existsSync(new URL(`../${file}`, import.meta.url))).toBe(true);
    }
  });
});

/** A number of bytes, as people write it. */
function size(digits: string): string {
  const bytes = Number(digits.replaceAll('_', ''));
  const unit = bytes < 1024 ? 0 : Math.floor(Math.log2(bytes) / 10);
  return `${bytes / 1024 ** unit} ${['bytes', 'KiB', 'MiB', 'GiB'][unit]}`;
}

function shell(script: string): Promise<{ code: number | null; output: string }> {
  const child = spawn('bash', ['-s'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.end(`set -e\n${script}\n`);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}
