/** Workspaces and their members. People are invited by email; a member's `user_id` is their `id`. */
import { listAt, pathOf, type Listing, type PageOptions } from '../listing.ts';
import type { Workspace, WorkspaceMember, WorkspaceRole } from '../shapes.ts';
import type { CallOptions, Transport } from '../transport.ts';
import type { PeopleApi } from './people.ts';

export function workspacesApi(transport: Transport, me: PeopleApi['me']) {
  const one = (id: string) => pathOf`/api/workspaces/${id}`;
  const members = (id: string) => pathOf`/api/workspaces/${id}/members`;
  const member = (id: string, userId: string) => pathOf`/api/workspaces/${id}/members/${userId}`;
  return {
    /** The caller owns it. */
    create: (body: { name: string }, { signal }: CallOptions = {}) =>
      transport.json<Workspace>({ method: 'POST', path: '/api/workspaces', body, signal }),
    /** Those of the caller. */
    list: (options?: PageOptions): Listing<Workspace> => listAt(transport, '/api/workspaces', options),
    get: (id: string, { signal }: CallOptions = {}) =>
      transport.json<Workspace>({ method: 'GET', path: one(id), signal }),
    /** Owners and admins. */
    rename: (id: string, name: string, { signal }: CallOptions = {}) =>
      transport.json<Workspace>({ method: 'PATCH', path: one(id), body: { name }, signal }),
    /** With its threat models; owners. @throws RoundtableError `conflict` while a session is active in it */
    remove: async (id: string, { signal }: CallOptions = {}): Promise<void> => {
      await transport.send({ method: 'DELETE', path: one(id), signal });
    },
    members: (id: string, options?: PageOptions): Listing<WorkspaceMember> => listAt(transport, members(id), options),
    /** Owners and admins; an owner only by owners. @throws RoundtableError `user_not_found`, `already_member` */
    addMember: (id: string, body: { email: string; role: WorkspaceRole }, { signal }: CallOptions = {}) =>
      transport.json<WorkspaceMember>({ method: 'POST', path: members(id), body, signal }),
    /** @throws RoundtableError `last_owner` */
    changeMember: (id: string, userId: string, role: WorkspaceRole, { signal }: CallOptions = {}) =>
      transport.json<WorkspaceMember>({ method: 'PATCH', path: member(id, userId), body: { role }, signal }),
    /** Anybody may remove themselves. @throws RoundtableError `last_owner` */
    removeMember: async (id: string, userId: string, { signal }: CallOptions = {}): Promise<void> => {
      const isDeparture = async () => (await me({ signal })).id === userId.toLowerCase();
      await transport.send({ method: 'DELETE', path: member(id, userId), signal, isDeparture });
    },
  };
}
