/**
 * Signing in in a window of its own, so that the page goes on where it is. The two are strangers to each other: our
 * `Cross-Origin-Opener-Policy` cuts them apart as soon as the window is at the issuer. What comes back is told to all
 * windows of ours, and is of use only to the one that has its state and its verifier.
 */
const CHANNEL = 'roundtable.signed-in';

/** To be called while a click is handled, before anything is waited for. @returns null if the browser lets none open */
export function openWindow(): Window | null {
  return open('', '_blank', 'popup,width=480,height=640');
}

/** @param heard told the address that the issuer sent another window to; @returns what ends the listening */
export function hearReturns(heard: (address: string) => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener('message', ({ data }) => typeof data === 'string' && heard(data));
  return () => channel.close();
}

/** Hands the address of this window to the page that waits for it, and closes the window. */
export function handOver(address: string): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(address);
  channel.close();
  close();
}
