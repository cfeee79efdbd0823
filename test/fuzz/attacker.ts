/**
 * Somebody who sends frames that were tampered with. They open a socket, mostly sign in on it, and send a few frames at a
 * time; a ping of the WebSocket behind them says when they have been read. When the socket is closed they come again.
 */
import WebSocket from 'ws';
import { authFrame, frame, type Known } from './frames.ts';
import { mutate } from './mutations.ts';
import type { Random } from './random.ts';

export interface Attack {
  /** Where sockets are opened. */
  urls: readonly string[];
  known: Known;
  random: Random;
  /** Told of frames that the server has read. @returns whether to go on */
  read(frames: number): boolean;
  /** Called when nobody could get in, before the next attempt. */
  shutOut(): Promise<void>;
}

/** How long the server may take to read what it was sent, ms. */
const PATIENCE = 20_000;

export async function attack(attacking: Attack): Promise<void> {
  let going = true;
  let empty = 0;
  while (going) {
    let frames = 0;
    going = await visit(attacking, (count) => attacking.read((frames += count) && count));
    empty = frames === 0 ? empty + 1 : 0;
    if (empty > 20) throw new Error('the server lets nobody in any more');
    if (frames < 3) await attacking.shutOut();
  }
}

/** One socket. @returns whether to go on */
async function visit({ urls, known, random }: Attack, read: (frames: number) => boolean): Promise<boolean> {
  const ws = new WebSocket(random.of(urls), { maxPayload: 2 ** 28 });
  const closed = new Promise<void>((resolve) => ws.on('close', () => resolve()).on('error', () => {}));
  const answers = random.chance(0.95);
  ws.on('message', (data: Buffer) => {
    if (data.byteLength === 1 && answers && ws.readyState === ws.OPEN) ws.send(new Uint8Array([10]));
  });
  await Promise.race([closed, new Promise((resolve) => ws.on('open', resolve))]);
  let going = true;
  const signedIn = random.chance(0.95);
  if (signedIn && ws.readyState === ws.OPEN) ws.send(authFrame(known.names[0]!, random.of(known.tokens)));
  for (let batches = 1 + random.below(40); batches > 0 && going && ws.readyState === ws.OPEN; batches -= 1) {
    const frames = Array.from({ length: 1 + random.below(4) }, () => tampered(known, random));
    for (const bytes of frames) ws.send(bytes);
    going = read((await hasRead(ws, closed)) ? frames.length : 1); // of those behind the one that ended it none is read
  }
  if (random.chance(0.5)) ws.terminate();
  else ws.close();
  await closed;
  return going;
}

/** Most are changed, some are as they were written. */
function tampered(known: Known, random: Random): Uint8Array {
  const written = frame(known, random);
  return random.chance(0.35) ? written : mutate(written, frame(known, random), random);
}

/** Waits until the server has read everything so far. @returns false if it closed the socket instead */
async function hasRead(ws: WebSocket, closed: Promise<void>): Promise<boolean> {
  if (ws.readyState !== ws.OPEN) return false;
  const { promise: ponged, resolve: pong } = Promise.withResolvers<true>();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('the server reads no more')), PATIENCE);
  ws.once('pong', () => pong(true));
  ws.ping();
  try {
    return await Promise.race([ponged, closed.then(() => false), late]);
  } finally {
    clearTimeout(timer);
  }
}
