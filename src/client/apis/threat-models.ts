/** Threat models and who has which role in them. People are emails here. */
import { listAt, pathOf, type Listing, type PageOptions } from '../listing.ts';
import type { Grant, ThreatModel } from '../shapes.ts';
import type { CallOptions, Transport } from '../transport.ts';

export function threatModelsApi(transport: Transport) {
  const one = (id: string) => pathOf`/threat_models/${id}`;
  return {
    /** The caller owns it. */
    create: (
      body: { name: string; description?: string | null; workspace_id?: string | null },
      { signal }: CallOptions = {},
    ) => transport.json<ThreatModel>({ method: 'POST', path: '/threat_models', body, signal }),
    /** Those that the caller has a role in, newest first. */
    list: (options?: PageOptions): Listing<ThreatModel> => listAt(transport, '/threat_models', options),
    get: (id: string, { signal }: CallOptions = {}) =>
      transport.json<ThreatModel>({ method: 'GET', path: one(id), signal }),
    /** Writers. */
    change: (id: string, body: { name?: string; description?: string | null }, { signal }: CallOptions = {}) =>
      transport.json<ThreatModel>({ method: 'PATCH', path: one(id), body, signal }),
    /** With its diagrams; owners. @throws RoundtableError `conflict` while a session is active in it */
    remove: async (id: string, { signal }: CallOptions = {}): Promise<void> => {
      await transport.send({ method: 'DELETE', path: one(id), signal });
    },
    /** Who has which role. */
    authorization: (id: string, { signal }: CallOptions = {}) =>
      transport.json<Grant[]>({ method: 'GET', path: `${one(id)}/authorization`, signal }),
    /** Replaces all grants; owners. @throws RoundtableError `user_not_found`, `last_owner` */
    authorize: (id: string, grants: readonly Grant[], { signal }: CallOptions = {}) =>
      transport.json<Grant[]>({ method: 'PUT', path: `${one(id)}/authorization`, body: grants, signal }),
  };
}
