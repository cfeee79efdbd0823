/** What an issuer is needed for. The library that speaks with it is loaded only where somebody signs in that way. */
import type { IssuerWay, Signed } from '../identity.ts';
import type { Refreshed } from '../renewal.ts';
import type { IssuerClient } from '../ways.ts';
import type { Beginning } from './protocol.ts';

const protocol = () => import('./protocol.ts');

/** Loads the library while the page is fresh: when it is needed, the server may have a newer one only. */
export function prepare(): void {
  protocol().catch(() => {}); // it is tried again when it is needed
}

export async function beginAt(client: IssuerClient, beginning: Beginning): Promise<string> {
  return (await protocol()).beginAt(client, beginning);
}

export async function complete(client: IssuerClient, address: string): Promise<Signed & { wanted: string }> {
  return (await protocol()).complete(client, address);
}

export async function refresh(way: IssuerWay): Promise<Refreshed | null> {
  return (await protocol()).refresh(way);
}

/** Whoever signs out here signs out at the issuer too: else the next one to sign in would be the same person, unasked. */
export async function leaveIssuer({ way }: Signed): Promise<void> {
  if (way.kind !== 'issuer') return;
  // An issuer that does not answer keeps nobody signed in here.
  const address = await protocol()
    .then(({ endAt }) => endAt(way))
    .catch(() => null);
  if (address !== null) location.assign(address);
}
