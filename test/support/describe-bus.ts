/** The acceptance suite that every version of the bus passes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bus } from '../../src/cluster/bus.ts';
import { eventually } from './patience.ts';

/** @param create makes a bus; two of them are two nodes of one deployment, or twice the same where there is only one */
export function describeBus(name: string, create: (onError: (error: unknown) => void) => Promise<[Bus, Bus]>): void {
  describe(`the bus: ${name}`, () => {
    const errors: unknown[] = [];
    let near: Bus;
    let far: Bus;
    beforeAll(async () => {
      [near, far] = await create((error) => errors.push(error));
      await Promise.all([...new Set([near, far])].map((bus) => bus.start()));
    });
    afterAll(async () => {
      await Promise.all([...new Set([near, far])].map((bus) => bus.stop()));
    });

    const heard = async (bus: Bus, channel: string) => {
      const payloads: number[][] = [];
      const stop = await bus.subscribe(channel, (payload) => payloads.push([...payload]));
      return { payloads, stop };
    };

    it('is healthy once it is started', () => {
      expect(near.healthy && far.healthy).toBe(true);
    });

    it('carries bytes as they are, to every subscriber on every node, the sender included', async () => {
      const [here, there, again] = [await heard(near, 'bytes'), await heard(far, 'bytes'), await heard(far, 'bytes')];
      near.publish('bytes', new Uint8Array([0, 255, 10, 13, 128]));
      for (const { payloads } of [here, there, again])
        await eventually(() => expect(payloads).toEqual([[0, 255, 10, 13, 128]]));
    });

    it('sends a view of a larger buffer as the view', async () => {
      const there = await heard(far, 'views');
      near.publish('views', new Uint8Array([1, 2, 3, 4]).subarray(1, 3));
      await eventually(() => expect(there.payloads).toEqual([[2, 3]]));
    });

    it('keeps the order of one sender on one channel', async () => {
      const there = await heard(far, 'order');
      for (let number = 0; number < 200; number += 1) near.publish('order', new Uint8Array([number]));
      await eventually(() => expect(there.payloads.map(([number]) => number)).toEqual([...Array(200).keys()]));
    });

    it('keeps channels apart', async () => {
      const [one, other] = [await heard(far, 'one'), await heard(far, 'other')];
      near.publish('other', new Uint8Array([2]));
      near.publish('one', new Uint8Array([1]));
      await eventually(() => expect(one.payloads).toEqual([[1]]));
      expect(other.payloads).toEqual([[2]]);
    });

    it('is not heard any more by whoever stopped, and still by the others; stopping twice is nothing', async () => {
      const [going, staying] = [await heard(far, 'stopping'), await heard(far, 'stopping')];
      going.stop();
      going.stop();
      near.publish('stopping', new Uint8Array([1]));
      await eventually(() => expect(staying.payloads).toEqual([[1]]));
      expect(going.payloads).toEqual([]);
    });

    it('can be subscribed again after the last subscriber has stopped', async () => {
      const before = await heard(far, 'again');
      before.stop();
      const there = await heard(far, 'again');
      before.stop();
      near.publish('again', new Uint8Array([1]));
      await eventually(() => expect(there.payloads).toEqual([[1]]));
    });

    it('NO5 tells of a handler that throws, and the others still hear', async () => {
      await far.subscribe('throwing', () => {
        throw new Error('a handler that throws');
      });
      const there = await heard(far, 'throwing');
      near.publish('throwing', new Uint8Array([1]));
      await eventually(() => expect(there.payloads).toEqual([[1]]));
      expect(errors.map(String)).toEqual(['Error: a handler that throws']);
    });
  });
}
