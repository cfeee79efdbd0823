/**
 * Keeping a diagram on this device, so that what is edited without a connection outlives the page: a port, and what the
 * SDK does with it. `roundtable/client/offline` is the version for browsers. A copy belongs to one person, one server
 * and one diagram. It brings the content back, never the Yjs client id: two pages that shared one would diverge.
 */
import type * as Y from 'yjs';
import type { Clock } from '../clock.ts';
import { subjectOf, type Tokens } from '../tokens.ts';

export interface OfflineStore {
  /** Loads whatever it takes, once. A store that cannot be used here rejects, and the diagram goes without. */
  prepare(): Promise<unknown>;
  /** Begins to keep a document, and brings back what is kept of it. Called after `prepare`. */
  attach(name: string, document: Y.Doc): OfflineCopy;
}

export interface OfflineCopy {
  /** The origin of the transactions that bring content back. */
  readonly origin: unknown;
  /** Resolves once everything is back, with how many changes the server did not have then. */
  readonly loaded: Promise<number>;
  /** Notes how many changes the server does not have. */
  note(unsaved: number): void;
  /** Stops keeping it, and leaves what is kept. */
  close(): Promise<void>;
  /** Removes what is kept, and stops keeping it, in other pages too; resolves once it is gone, or will be as soon as they have. */
  forget(): Promise<void>;
}

/** The copy of one diagram, if there is one; what goes wrong with it never keeps a diagram from being open. */
export interface Copy {
  /** Resolves once everything is back, with how many changes the server did not have then. Never rejects. */
  readonly ready: Promise<number>;
  isOrigin(origin: unknown): boolean;
  note(unsaved: number): void;
  /** Resolves once it is closed, and removed if it is to be forgotten. Never rejects. */
  close(forget: boolean): Promise<void>;
}

/** A copy that has not come back after this long does not hold up the connection any more, ms. */
const PATIENCE = 5000;

/** @param options.store false for no copy; @param options.server the server's address */
export function openCopy(options: {
  store: OfflineStore | false;
  server: string;
  diagram: string;
  document: Y.Doc;
  tokens: Tokens;
  clock: Clock;
}): Copy {
  const { store, server, diagram, document, tokens, clock } = options;
  let copy: OfflineCopy | null = null;
  let closed = false;

  async function open(kept: OfflineStore): Promise<number> {
    const token = await tokens.current();
    const subject = token === null ? null : subjectOf(token);
    if (subject === null) return 0;
    await kept.prepare();
    if (closed) return 0;
    copy = kept.attach(
      ['roundtable', server, subject, diagram.toLowerCase()].map(encodeURIComponent).join(' '),
      document,
    );
    return copy.loaded;
  }

  const ready = new Promise<number>((resolve) => {
    if (store === false) return resolve(0);
    const cancel = clock.after(PATIENCE, () => resolve(0));
    // A device that keeps nothing is no reason not to go on.
    open(store)
      .catch(() => 0)
      .then((unsaved) => {
        cancel();
        resolve(unsaved);
      });
  });
  return {
    ready,
    isOrigin: (origin) => copy !== null && origin === copy.origin,
    note: (unsaved) => copy?.note(unsaved),
    async close(forget) {
      closed = true;
      await (forget ? copy?.forget() : copy?.close())?.catch(() => {});
    },
  };
}
