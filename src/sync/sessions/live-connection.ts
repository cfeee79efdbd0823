/** A connection to a diagram, as sessions see it. */
import type { Permissions } from '../../access/roles.ts';
import type { Person } from '../../identity/person.ts';
import type { Closing } from '../closing.ts';

/** A Hocuspocus connection to a diagram's document, once it is admitted. */
export interface LiveConnection {
  /** UUIDv7, the connection's row. */
  readonly id: string;
  readonly diagram: string;
  readonly person: Person;
  permissions: Permissions;
  /** Sends a stateless message, already written as JSON, to this connection only. (Written once, sent to many.) */
  sendStateless(payload: string): void;
  /** Ends the connection with a close code of the contract: the whole socket on the diagram path; on `/ws` (4403, 4404, 4410) only this document. */
  close(closing: Closing): void;
}
