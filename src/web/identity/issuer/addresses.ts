/** What the issuer sends a browser back with, and where to. */

/** The path of the page that the issuer sends the browser to; operators register it with their issuer. */
export const RETURN_PATH = '/signed-in';

/** Goes with the state of a sign-in that was begun in a window of its own. */
export const AGAIN = 'again';

/** The state that an address carries: what of this window's it belongs to. */
export function stateIn(address: string): string | null {
  return new URL(address).searchParams.get('state');
}

/** Whether the page that has opened this window waits for the address. */
export function isAwaited(address: string): boolean {
  return stateIn(address)?.endsWith(`;${AGAIN}`) ?? false;
}
