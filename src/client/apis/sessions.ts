/** Collaboration sessions: read, created or found, ended; and those that are going on. */
import type { Session, SessionEntry } from '../shapes.ts';
import type { CallOptions, Transport } from '../transport.ts';
import { pathOfDiagram, type Place } from './diagrams.ts';

export function sessionsApi(transport: Transport) {
  const path = (place: Place) => `${pathOfDiagram(place)}/collaborate`;
  return {
    /** Without an active one the values are null and the lists empty. */
    get: (place: Place, { signal }: CallOptions = {}) =>
      transport.json<Session>({ method: 'GET', path: path(place), signal }),
    /** Creates the session, or finds it (CS1): whoever creates it hosts it. @throws RoundtableError `removed_from_session` */
    open: async (place: Place, { signal }: CallOptions = {}): Promise<Session & { created: boolean }> => {
      const response = await transport.send({ method: 'POST', path: path(place), repeatable: true, signal });
      return { ...((await response.json()) as Session), created: response.status === 201 };
    },
    /** The host. @throws RoundtableError `session_not_found`, `forbidden` */
    end: async (place: Place, { signal }: CallOptions = {}): Promise<void> => {
      await transport.send({ method: 'DELETE', path: path(place), signal });
    },
    /** Active sessions on diagrams that the caller may read. */
    mine: async ({ signal }: CallOptions = {}): Promise<SessionEntry[]> =>
      (await transport.json<{ data: SessionEntry[] }>({ method: 'GET', path: '/me/sessions', signal })).data,
  };
}
