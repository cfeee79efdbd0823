/**
 * Files that never change, compressed once for all who take them so. To compress a large one again for everybody who asks
 * would cost ten times and more what sending it does, and anybody may ask.
 */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

type Encoding = 'br' | 'gzip';

/** Fewer bytes do not pay. */
export const WORTHWHILE = 1024;

/** Those who take both are sent the first. */
export const ENCODINGS: readonly Encoding[] = ['br', 'gzip'];

const compressing = {
  br: (file: Buffer) => promisify(brotliCompress)(file, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (file: Buffer) => promisify(gzip)(file, { level: 9 }),
};

const compressedFiles = { br: new WeakMap<Buffer, Promise<Buffer>>(), gzip: new WeakMap<Buffer, Promise<Buffer>>() };

/** The same bytes for everybody who asks for them. */
export function compressed(file: Buffer, encoding: Encoding): Promise<Buffer> {
  const known = compressedFiles[encoding].get(file);
  if (known) return known;
  const made = compressing[encoding](file);
  compressedFiles[encoding].set(file, made);
  made.catch(() => compressedFiles[encoding].delete(file)); // whoever asks next tries again
  return made;
}
