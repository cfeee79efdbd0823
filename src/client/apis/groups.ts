/** Groups and their members; ids are ULIDs, a person's too. */
import { listAt, pathOf, type Listing, type PageOptions } from '../listing.ts';
import type { Group, GroupMember } from '../shapes.ts';
import type { CallOptions, Transport } from '../transport.ts';

export interface GroupChanges {
  name?: string;
  description?: string | null;
  /** Hands the group over to somebody else. */
  owner_id?: string;
}

export function groupsApi(transport: Transport) {
  const one = (id: string) => pathOf`/api/v1/groups/${id}`;
  const members = (id: string) => pathOf`/api/v1/groups/${id}/members`;
  return {
    /** The caller owns it. */
    create: (body: { name: string; description?: string | null }, { signal }: CallOptions = {}) =>
      transport.json<Group>({ method: 'POST', path: '/api/v1/groups', body, signal }),
    /** Those that the caller owns or has joined. */
    list: (options?: PageOptions): Listing<Group> => listAt(transport, '/api/v1/groups', options),
    get: (id: string, { signal }: CallOptions = {}) => transport.json<Group>({ method: 'GET', path: one(id), signal }),
    /** The owner. */
    change: (id: string, body: GroupChanges, { signal }: CallOptions = {}) =>
      transport.json<Group>({ method: 'PATCH', path: one(id), body, signal }),
    /** With what it was granted; the owner. */
    remove: async (id: string, { signal }: CallOptions = {}): Promise<void> => {
      await transport.send({ method: 'DELETE', path: one(id), signal });
    },
    /** In order of `added_at`; complete unless a limit is given. */
    members: (id: string, options?: PageOptions): Listing<GroupMember> =>
      listAt(transport, members(id), options, 'members'),
    /** The owner. @throws RoundtableError `user_not_found`, `already_member` */
    addMember: (id: string, userId: string, { signal }: CallOptions = {}) =>
      transport.json<GroupMember>({ method: 'POST', path: members(id), body: { user_id: userId }, signal }),
    /** The owner. */
    removeMember: async (id: string, userId: string, { signal }: CallOptions = {}): Promise<void> => {
      await transport.send({ method: 'DELETE', path: pathOf`/api/v1/groups/${id}/members/${userId}`, signal });
    },
  };
}
