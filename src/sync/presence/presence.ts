/**
 * What one connection shows of itself, on its way to the guard (AC6). Whose a client id is, is found out before anything
 * is shown under it: an id is its person's who has written with it, or was shown under it while they might write, which is
 * written down. So nobody takes somebody else's, also not on a node that has never seen them; and a node where nobody is
 * shown, as one that takes an edit by REST, knows whose it is.
 *
 * What comes before the document is there, or while it is being found out, waits; of much only the last.
 */
import type { Connection } from '@hocuspocus/server';
import { Refusal } from '../../refusal.ts';
import { closings, type Closing } from '../closing.ts';
import type { Opened } from '../intake/hearing.ts';
import type { AwarenessGuard } from './awareness.ts';

export interface Presence {
  /** The update of an awareness frame, without its length. */
  receive(update: Uint8Array): void;
  /** The document is there. */
  open(connection: Connection, opened: Opened): void;
  /** The person may write: what they are shown under is theirs to write under. */
  welcome(): void;
  end(): void;
}

const MOST_WAITING = 4;
const LARGEST_WAITING = 65_536;

/**
 * @param close ends the connection
 * @param failed told of what nobody waits for that it threw (NO5)
 */
export function createPresence(
  guard: Pick<AwarenessGuard, 'receive'>,
  close: (closing: Closing) => void,
  failed: (error: unknown) => void,
): Presence {
  let at: { connection: Connection; opened: Opened } | null = null;
  let ended = false;
  /** The client id that was found to be theirs. */
  let own: number | null = null;
  let asking = false;
  const waiting: Uint8Array[] = [];

  function receive(update: Uint8Array): void {
    if (ended) return;
    if (!at || asking) return wait(update);
    try {
      const { person } = at.opened.standing();
      const isTheirs = (id: number) => id === own || at!.opened.replica.owners.get(id) === person.id;
      const unknown = guard.receive(at.connection, person, update, isTheirs);
      if (unknown === null) return;
      wait(update);
      introduce(at.opened, unknown).catch(failed);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      close(closings.badFrame);
    }
  }

  function wait(update: Uint8Array): void {
    if (update.byteLength <= LARGEST_WAITING) waiting.push(update);
    if (waiting.length > MOST_WAITING) waiting.shift();
  }

  async function introduce(opened: Opened, client: number): Promise<void> {
    asking = true;
    await bind(opened, client);
    asking = false;
    if (ended) return;
    own = client;
    welcome(); // who has come to be a writer meanwhile
    waiting.splice(0).forEach(receive);
  }

  /** Finds out whose an id is, and makes it a writer's whose it may be. Ends the connection if it is somebody else's. */
  async function bind({ replica, standing }: Opened, client: number): Promise<void> {
    const { person, permissions } = standing();
    if (permissions === 'writer') await replica.claim(person.id, new Set([client]));
    else await replica.lookUp([client]);
    if ((replica.owners.get(client) ?? person.id) !== person.id) close(closings.badFrame);
  }

  function welcome(): void {
    if (!at || own === null || at.opened.replica.owners.has(own)) return;
    if (at.opened.standing().permissions === 'writer') bind(at.opened, own).catch(failed);
  }

  return {
    receive,
    open(connection, opened) {
      at = { connection, opened };
      waiting.splice(0).forEach(receive);
    },
    welcome,
    end() {
      ended = true;
      waiting.length = 0;
    },
  };
}
