/** A body of bytes, read up to a limit. */
import type { Context } from 'koa';
import { joined } from '../documents/pieces.ts';
import { Refusal } from '../refusal.ts';
import type { BodyMemory } from './body-memory.ts';

/**
 * @param accepted the content type that is taken and the most bytes
 * @param memory what they are taken from, as they come
 * @throws Refusal `unsupported_media_type`, `payload_too_large`, `unavailable`
 */
export async function readBytes(
  context: Context,
  accepted: { contentType: string; limit: number },
  memory: BodyMemory,
): Promise<Uint8Array> {
  if (context.is(accepted.contentType) === false) throw new Refusal('unsupported_media_type');
  if ((context.request.length ?? 0) > accepted.limit) throw new Refusal('payload_too_large');
  const chunks: Buffer[] = [];
  let size = 0;
  // The stream stays open when the loop is left, so that the refusal can be sent.
  for await (const chunk of context.req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > accepted.limit) throw new Refusal('payload_too_large');
    memory.take(chunk.length);
    chunks.push(chunk);
  }
  return joined(chunks);
}
