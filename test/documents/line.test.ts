/** Whose turn it is at the log, and how many go together. */
import { describe, expect, it } from 'vitest';
import { NO_ROWS } from '../../src/documents/base.ts';
import { createLine } from '../../src/documents/line.ts';
import { PACE, share } from '../../src/documents/pace.ts';
import type { LogEntry } from '../../src/documents/queue.ts';

const PACED = { distance: 8, round: 32 };
const entry: LogEntry = { diagram: '', person: 'ann', epoch: 1, base: NO_ROWS, updates: [], settle: () => {} };
const handIn = (line: ReturnType<typeof createLine>, diagram: string) =>
  line.of(diagram).waiting.push({ entry: { ...entry, diagram }, epoch: 1, bytes: 1 });
const names = (queues: { diagram: string }[] | null) => queues!.map(({ diagram }) => diagram);

describe('how many diagrams a flush takes', () => {
  it('is all while they are few', () => expect(share(20, 8, PACED)).toBeGreaterThanOrEqual(20));
  it('is so many that all have their turn within a round', () => {
    expect(share(400, 8, PACED)).toBe(100);
    expect(share(400, 16, PACED)).toBe(200);
  });
  it('is all where a flush takes as long as a round', () => {
    for (const took of [32, 400]) expect(share(400, took, PACED)).toBe(400);
  });
  it('keeps a round of those who edit within what a person notices', () => {
    expect(PACE.round).toBeLessThanOrEqual(40);
  });
});

describe('the line', () => {
  it('takes those that have waited longest, and puts them behind the others', async () => {
    const line = createLine(PACED);
    const diagrams = Array.from({ length: 100 }, (_, number) => `${number}`);
    for (const diagram of diagrams) handIn(line, diagram);
    const turns: string[] = [];
    for (let flush = 0; flush < 4; flush += 1) {
      const portion = (await line.next(8))!;
      turns.push(...names(portion));
      for (const queue of portion) {
        queue.waiting = [];
        handIn(line, queue.diagram);
      }
    }
    expect(turns.slice(0, 100)).toEqual(diagrams);
    expect(turns.slice(100)).toEqual(diagrams.slice(0, turns.length - 100));
  });

  it('calls those whose turn it is, and takes what they hand in then', async () => {
    const line = createLine(PACED);
    handIn(line, 'a');
    void line.called('b').then(() => handIn(line, 'b'));
    void line.called('c');
    expect(names(await line.next(0))).toEqual(['a', 'b']);
  });

  it('does not let those wait who are in trouble with the log, nor takes them', async () => {
    const line = createLine(PACED);
    line.of('a').failures = 1;
    handIn(line, 'a');
    await line.called('a');
    expect(await line.next(0)).toBeNull();
    expect(line.isEmpty()).toBe(false);
  });

  it('forgets those that have nothing, and calls everybody when it ends', async () => {
    const line = createLine(PACED);
    line.of('a');
    expect(await line.next(0)).toBeNull();
    expect(line.isEmpty()).toBe(true);
    const called = line.called('b');
    line.clear();
    await called;
  });
});
