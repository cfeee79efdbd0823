/**
 * AC6: what somebody shows themselves under is theirs to write under. It is claimed as soon as they are shown and may
 * write, not only with their first edit: a node where nobody is shown, as one that takes an edit by REST, asks only the
 * database whose a client id is, and whoever wrote under theirs first would have their edit taken for one that is stored.
 */
import type { Opened } from './hearing.ts';

export interface OwnClient {
  /** The client id that the connection shows itself under; null: none. */
  shown(client: number | null, opened: Opened): void;
  /** They may have come to be a writer. */
  welcome(opened: Opened): void;
}

/** @param foreign told that the id is somebody else's */
export function createOwnClient(foreign: () => void): OwnClient {
  let own: number | null = null;

  async function claim({ replica, standing }: Opened): Promise<void> {
    const { person, permissions } = standing();
    if (own === null || permissions !== 'writer' || replica.owners.get(own) === person.id) return;
    const claimed = own;
    await replica.claim(person.id, new Set([claimed]));
    if ((replica.owners.get(claimed) ?? person.id) !== person.id) foreign();
  }

  return {
    shown(client, opened) {
      if (client === own) return;
      own = client;
      void claim(opened);
    },
    welcome: (opened) => void claim(opened),
  };
}
