/** Whoever uses a stock HocuspocusProvider can take what the SDK knows: the session, the token, messages, close codes. */
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { afterClose, cellsOf, listCells, putCell, readMessage, type SessionMessage } from '../../src/client/index.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { becomes, joined, node, table } from './stage.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

it('SD3 takes part beside the SDK, and stops where a close code says so', async () => {
  const { place, people } = await table(app, ['ada', 'grace']);
  const ada = await joined(people[0]!.client, place);
  const { client, email } = people[1]!;
  const session = await client.sessions.open(place);
  const heard: SessionMessage['type'][] = [];
  let stopped: unknown = null;
  const websocket = new HocuspocusProviderWebsocket({
    url: session.websocket_url,
    WebSocketPolyfill: WebSocket,
  });
  const document = new Y.Doc();
  const provider = new HocuspocusProvider({
    name: session.document_name,
    document,
    websocketProvider: websocket,
    token: client.token,
    onStateless: ({ payload }) => heard.push(readMessage<SessionMessage>(payload)!.type),
    onClose({ event }) {
      const after = afterClose(event.code, event.reason);
      if (after.kind !== 'stop') return;
      stopped = after.reason;
      websocket.disconnect();
    },
  });
  provider.attach();
  await becomes(() => heard.slice(0, 2), ['join', 'participants_update']);
  await becomes(() => ada.participants.map(({ user_id }) => user_id), [ada.host, email]);
  putCell(ada.cells, node('shop'));
  await becomes(() => listCells(cellsOf(document)), [node('shop')]);
  putCell(cellsOf(document), node('bank'));
  await becomes(() => provider.hasUnsyncedChanges, false);
  await becomes(() => listCells(ada.cells).length, 2);
  ada.remove(email);
  await becomes(() => stopped, 'removed');
  expect(heard).toContain('removed_from_session');
  provider.destroy();
  websocket.destroy();
});
