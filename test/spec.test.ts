/** `SPEC.md` tells the truth: each of its rules names the suites that prove it, and each of these names the rule. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const ROW = /^\| ([A-Z]{2}\d+) \| .* \| (.*) \|$/gm;
const SUITE = /`([a-z][\w./-]*)`/g;
const COMMENT = /\/\*.*?\*\/|(?<!:)\/\/[^\n]*/gs;

const rows = [...readFileSync('test/SPEC.md', 'utf8').matchAll(ROW)].map(([, rule, proofs]) => ({
  rule: rule!,
  suites: [...proofs!.matchAll(SUITE)].map(([, suite]) => suite!),
}));

/** The files of a suite: one, or all of a folder. */
function filesOf(suite: string): string[] {
  const path = join('test', suite);
  if (!existsSync(path)) return ['.test.ts', '.ts'].map((end) => `${path}${end}`).filter((file) => existsSync(file));
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(path, name));
}

/** What files say, and what they share with others. In a suite comments do not count: its tests are to name the rule. */
function textOf(files: readonly string[], read = new Set<string>()): string {
  const texts = files.map((file) => {
    if (read.has(file) || !file.startsWith('test/') || !existsSync(file)) return '';
    read.add(file);
    const text = readFileSync(file, 'utf8');
    const shared = [...text.matchAll(/from '(\.[^']+)'/g)].map(([, name]) => join(dirname(file), name!));
    return (file.endsWith('.test.ts') ? text.replace(COMMENT, '') : text) + textOf(shared, read);
  });
  return texts.join('\n');
}

it('finds the rules', () => {
  expect(rows.length).toBeGreaterThan(80);
});

it.each(rows)('$rule is proved by suites that are there and cite it', ({ rule, suites }) => {
  expect(suites.length).toBeGreaterThan(0);
  const cites = new RegExp(`\\b${rule}\\b`);
  expect(suites.filter((suite) => !cites.test(textOf(filesOf(suite))))).toEqual([]);
});
