/**
 * Binary WebSocket messages as a server writes them (RFC 6455, 5.2): one fragment each, not masked. `ws` would write
 * head and payload in two pieces, anew for each connection that is sent the same.
 */
const BINARY = 0x82;
const [SHORT, MEDIUM] = [126, 127];

/** @returns messages side by side, each with one of the payloads */
export function inMessages(payloads: readonly Uint8Array[]): Buffer {
  const size = payloads.reduce((sum, { byteLength }) => sum + headSize(byteLength) + byteLength, 0);
  const messages = Buffer.allocUnsafe(size);
  let at = 0;
  for (const payload of payloads) {
    at = writeHead(messages, at, payload.byteLength);
    messages.set(payload, at);
    at += payload.byteLength;
  }
  return messages;
}

const headSize = (length: number) => (length < SHORT ? 2 : length < 65_536 ? 4 : 10);

function writeHead(messages: Buffer, at: number, length: number): number {
  const size = headSize(length);
  messages[at] = BINARY;
  messages[at + 1] = size === 2 ? length : size === 4 ? SHORT : MEDIUM;
  if (size === 4) messages.writeUInt16BE(length, at + 2);
  if (size === 10) messages.writeBigUInt64BE(BigInt(length), at + 2);
  return at + size;
}
