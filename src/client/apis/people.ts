/** Who I am, finding somebody, and the audit trail. */
import { listAt, type Listing, type PageOptions } from '../listing.ts';
import type { AuditEvent, Me, Person } from '../shapes.ts';
import type { CallOptions, Transport } from '../transport.ts';

export interface AuditFilter {
  /** Id, email, ULID or number. */
  actor?: string | undefined;
  /** As it was sent, or any other spelling of the same person. */
  subject?: string | undefined;
  /** `kind:id`, or an id of any kind. */
  container?: string | undefined;
  outcome?: AuditEvent['outcome'] | undefined;
  /** A time or a day, ISO 8601. */
  from?: string | undefined;
  to?: string | undefined;
}

export type PeopleApi = ReturnType<typeof peopleApi>;
export function peopleApi(transport: Transport) {
  return {
    /** The caller, in the spellings that the APIs use. */
    me: ({ signal }: CallOptions = {}) => transport.json<Me>({ method: 'GET', path: '/me', signal }),
    /** Somebody with a profile, by their exact email. @throws RoundtableError `user_not_found`; `rate_limited` after 30 misses in an hour */
    find: (email: string, { signal }: CallOptions = {}) =>
      transport.json<Person>({ method: 'GET', path: '/people', query: { email }, signal }),
  };
}

/** Platform admins only. */
export function auditApi(transport: Transport) {
  return {
    /** Who tried what, newest first. */
    list: (filter: AuditFilter = {}, options: PageOptions = {}): Listing<AuditEvent> =>
      listAt(transport, '/api/audit', options, 'data', { ...filter }),
  };
}
