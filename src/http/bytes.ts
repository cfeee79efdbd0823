/** A body of bytes, read and unpacked up to a limit. */
import { createBrotliDecompress, createUnzip } from 'node:zlib';
import type { Context } from 'koa';
import { joined } from '../documents/pieces.ts';
import { Refusal } from '../refusal.ts';
import type { BodyMemory } from './body-memory.ts';

const unpacking = new Map([
  ['gzip', createUnzip],
  ['deflate', createUnzip],
  ['br', createBrotliDecompress],
]);

/**
 * @param accepted the content type that is taken and the most bytes, as they are sent and unpacked
 * @param memory what they are taken from, as they come
 * @throws Refusal `unsupported_media_type`, `payload_too_large`, `rate_limited`, `unavailable`; `invalid` if they end too early
 */
export async function readBytes(
  context: Context,
  accepted: { contentType: string; limit: number },
  memory: BodyMemory,
): Promise<Uint8Array> {
  const { contentType, limit } = accepted;
  const encoding = context.get('Content-Encoding') || 'identity';
  const unpack = unpacking.get(encoding);
  if (context.is(contentType) === false || (!unpack && encoding !== 'identity'))
    throw new Refusal('unsupported_media_type');
  if ((context.request.length ?? 0) > limit) throw new Refusal('payload_too_large');
  const sent = await collected(chunksOf(context), limit, memory);
  if (!unpack) return joined(sent);
  // Only what is complete is unpacked: that it will never be, a stream behind the request's would not be told.
  const stream = unpack();
  for (const chunk of sent) stream.write(chunk);
  stream.end();
  return joined(await collected(stream, limit, memory));
}

/** @throws Refusal `unsupported_media_type` if there is a body, `invalid` if it breaks off before that is known */
export async function requireNoBody(context: Context): Promise<void> {
  const refusal = new Refusal('unsupported_media_type');
  if (context.request.length) throw refusal;
  try {
    for await (const _ of chunksOf(context)) throw refusal;
  } catch (error) {
    throw error === refusal ? refusal : new Refusal('invalid');
  }
}

/** The stream stays open when the loop is left, so that a refusal can be sent. */
const chunksOf = ({ req }: Context): AsyncIterable<Buffer> => req.iterator({ destroyOnReturn: false });

/** What is smaller costs V8 more than the bytes in it, and comes as single bytes from whoever wants it to. */
const SMALL = 1024;
/** How many of these are kept before they are put together. */
const LOOSE = 64;

async function collected(source: AsyncIterable<Buffer>, limit: number, memory: BodyMemory): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  let loose: Buffer[] = [];
  const gather = () => {
    if (loose.length > 0) chunks.push(Buffer.concat(loose));
    loose = [];
  };
  let size = 0;
  try {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > limit) throw new Refusal('payload_too_large');
      memory.take(chunk.length);
      if (chunk.length < SMALL) {
        if (loose.push(chunk) === LOOSE) gather();
      } else {
        gather();
        chunks.push(chunk);
      }
    }
    gather();
  } catch (error) {
    // Whoever sent it went away, or it cannot be unpacked: that is no failure of ours.
    throw error instanceof Refusal ? error : new Refusal('invalid');
  }
  return chunks;
}
