/** Rooms on two apps that share a database, as their clients see them. */
import { HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import WebSocket from 'ws';
import { startApp, type TestApp } from '../../support/app.ts';
import { freshDatabaseUrl } from '../../support/database.ts';
import { eventually, saved } from '../../support/patience.ts';
import type { TestPerson } from '../../support/people.ts';
import { connect, type Client } from '../../support/provider.ts';

export type Apps = [near: TestApp, far: TestApp];

/** @param redisUrl null: each app has only a bus of its own, so that every hint from one to the other is lost */
export async function startApps(redisUrl: string | null): Promise<Apps> {
  const environment = { DATABASE_URL: await freshDatabaseUrl(), ...(redisUrl !== null && { REDIS_URL: redisUrl }) };
  return [await startApp({ environment }), await startApp({ environment })];
}

export const roomsUrl = (app: TestApp) => `${app.url.replace('http', 'ws')}/ws`;

/** A socket on `/ws` that rooms share. */
export const sharedSocket = (app: TestApp) =>
  new HocuspocusProviderWebsocket({ url: roomsUrl(app), WebSocketPolyfill: WebSocket });

/** Opens a room, on a socket of its own unless one is given. */
export const open = (
  app: TestApp,
  person: TestPerson,
  name: string,
  websocket?: HocuspocusProviderWebsocket,
  sessionAwareness = false,
): Client =>
  connect({ url: roomsUrl(app), name, token: person.token, sessionAwareness, ...(websocket && { websocket }) });

/** Opens a room and waits until it is in sync. */
export async function listening(...parameters: Parameters<typeof open>): Promise<Client> {
  const client = open(...parameters);
  await saved(client);
  return client;
}

/** Waits until as many messages have come, and tells their types. */
export async function told(client: Client, count: number, within = 5000): Promise<string[]> {
  await eventually(() => {
    if (client.messages.length < count) throw new Error(`${client.messages.length} of ${count} messages`);
  }, within);
  return client.messages.map(({ type }) => type);
}
