/** The hint that access may have changed, on the bus. */
import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { hearAccessChanges, tellAccessChanged } from '../../src/access/changes.ts';
import { memoryBus } from '../../src/cluster/memory-bus.ts';

it('AC3 each of many diagrams is told of, once, 500 in a message', async () => {
  const bus = memoryBus((error) => {
    throw error;
  });
  const publish = vi.spyOn(bus, 'publish');
  const heard: string[] = [];
  await hearAccessChanges(bus, (diagram) => heard.push(diagram));
  const diagrams = Array.from({ length: 1201 }, () => randomUUID());
  tellAccessChanged(bus, diagrams);
  tellAccessChanged(bus, []);
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toEqual(diagrams);
  expect(publish).toHaveBeenCalledTimes(3);
});
