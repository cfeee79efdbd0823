/** What is written in one turn goes out together. */
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createCorking } from '../../src/sync/corking.ts';

it('NO3 what a connection is sent in one turn is written at its end, at once, and only then is looked at what waits', async () => {
  const written: string[][] = [];
  const wire = new Duplex({
    writev(chunks, done) {
      written.push(chunks.map(({ chunk }) => String(chunk)));
      done();
    },
  });
  const cork = createCorking();
  const waiting: number[] = [];
  const send = (text: string) => {
    cork(wire, () => waiting.push(wire.writableLength));
    wire.write(text);
  };
  send('a');
  send('b');
  await Promise.resolve();
  send('c');
  expect(written).toEqual([]);
  await turn();
  expect(written).toEqual([['a', 'b', 'c']]);
  send('d');
  await turn();
  expect(written).toEqual([['a', 'b', 'c'], ['d']]);
  expect(waiting).toEqual([0, 0]);
});
