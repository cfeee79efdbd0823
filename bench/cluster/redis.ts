/** A Redis of the benchmark's own, and what it says has been published. */
import { createClient } from 'redis';
import { createRedis } from '../../test/support/redis-process.ts';

/** Since the start. */
export interface Published {
  messages: number;
  /** Bytes that came in, all commands with their overhead, and that went out to subscribers. */
  bytesIn: number;
  bytesOut: number;
}

export interface MeasuredRedis {
  url: string;
  port: number;
  published(): Promise<Published>;
  stop(): Promise<void>;
}

export async function startRedis(): Promise<MeasuredRedis> {
  const redis = await createRedis();
  const client = await createClient({ url: redis.url }).connect();
  return {
    url: redis.url,
    port: redis.port,
    async published() {
      const info = await client.info('all');
      const number = (pattern: RegExp) => [...info.matchAll(pattern)].reduce((sum, found) => sum + Number(found[1]), 0);
      return {
        messages: number(/cmdstat_s?publish:calls=(\d+)/g),
        bytesIn: number(/total_net_input_bytes:(\d+)/g),
        bytesOut: number(/total_net_output_bytes:(\d+)/g),
      };
    },
    async stop() {
      client.destroy();
      await redis.kill();
    },
  };
}
