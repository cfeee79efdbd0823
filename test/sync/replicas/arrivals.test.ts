/** Those who wait until a document has a row. */
import { expect, it, vi } from 'vitest';
import { createArrivals } from '../../../src/sync/replicas/arrivals.ts';

function play() {
  let head = 1;
  const has = vi.fn<(seq: number) => boolean>((seq) => seq <= head);
  const arrivals = createArrivals(has);
  const reached: number[] = [];
  const reach = (seq: number) => void arrivals.reach(seq).then(() => reached.push(seq));
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const comesTo = async (seq: number) => {
    head = seq;
    arrivals.look();
    await turn();
    return reached;
  };
  return { has, reach, reached, turn, comesTo };
}

it('nobody waits for a row that is there', async () => {
  const { reach, reached, turn } = play();
  reach(1);
  await turn();
  expect(reached).toEqual([1]);
});

it('whoever waits is told when their row has come, and is not kept any longer', async () => {
  const { has, reach, comesTo } = play();
  reach(2);
  reach(3);
  expect(await comesTo(1)).toEqual([]);
  expect(await comesTo(2)).toEqual([2]);
  expect(await comesTo(3)).toEqual([2, 3]);
  has.mockClear();
  await comesTo(4);
  expect(has).not.toHaveBeenCalled();
});
