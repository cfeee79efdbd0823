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
  /** Resolves once everything is back, with how many changes of all pages the server did not have then. */
  readonly loaded: Promise<number>;
  /** Resolves if it keeps nothing any more though nobody here stopped it: another page, or the browser, took it away. */
  readonly stopped: Promise<unknown>;
  /** Notes how many changes the server does not have, of this page and of those that `loaded` counted; 0 is for both. */
  note(unsaved: number): void;
  /** Stops keeping it, and leaves what is kept. */
  close(): Promise<void>;
  /** Removes what is kept, and stops keeping it, in other pages too; resolves once it is gone, or will be as soon as they have. */
  forget(): Promise<void>;
}

/** The copy of one diagram, if there is one; what goes wrong with it never keeps a diagram from being open. */
export interface Copy {
  /**
   * Opens it, unless that was done already: where nobody was known, somebody may be now. Resolves once everything is
   * back, or has taken too long to be waited for. Never rejects.
   */
  open(): Promise<void>;
  isOrigin(origin: unknown): boolean;
  note(unsaved: number): void;
  /**
   * Resolves once it is closed, and removed if it is to be forgotten, also where it was not open yet, or is closed.
   * Never rejects.
   */
  close(forget: boolean): Promise<void>;
}

/** A copy that has not come back after this long does not hold up the connection any more, ms. */
const PATIENCE = 5000;

/**
 * @param options.store false for no copy; @param options.server the server's address
 * @param options.restored called once everything is back, with how many changes the server did not have then
 * @param options.keeps called when it begins to keep what is changed here, and when it has stopped
 */
export function openCopy(options: {
  store: OfflineStore | false;
  server: string;
  diagram: string;
  document: Y.Doc;
  tokens: Tokens;
  clock: Clock;
  restored(unsaved: number): void;
  keeps(value: boolean): void;
}): Copy {
  const { store, server, diagram, document, tokens, clock, restored, keeps } = options;
  let copy: OfflineCopy | null = null;
  /** Null while nobody knows whose it is, and where it was closed before it was open: it may yet have to be forgotten. */
  let opening: Promise<void> | null = null;
  let end: 'close' | 'forget' | null = null;
  /** Until everything is back, what it says of unsaved changes is the earlier page's. */
  let isBack = false;
  let unsaved = 0;

  async function bring(kept: OfflineStore): Promise<void> {
    const token = await tokens.current().catch(() => null);
    const subject = token === null ? null : subjectOf(token);
    if (subject !== null) await kept.prepare();
    if (subject === null || end === 'close') {
      opening = null;
      return;
    }
    copy = kept.attach(
      ['roundtable', server, subject, diagram.toLowerCase()].map(encodeURIComponent).join(' '),
      document,
    );
    if (end === 'forget') return copy.forget();
    let keeping = true;
    void copy.stopped.then(() => keeps((keeping = false)));
    const before = await copy.loaded.catch(() => ((keeping = false), 0));
    if (end !== null) return;
    restored(before);
    isBack = true;
    copy.note(unsaved);
    keeps(keeping);
  }

  /** A device that keeps nothing, or is slow, is no reason not to go on. */
  function withPatience(work: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(PATIENCE, resolve);
      work
        .catch(() => {})
        .then(() => {
          cancel();
          resolve();
        });
    });
  }

  async function open(): Promise<void> {
    if (store !== false) await (opening ??= withPatience(bring(store)));
  }

  return {
    open,
    isOrigin: (origin) => copy !== null && origin === copy.origin,
    note(count) {
      unsaved = count;
      if (isBack) copy?.note(count);
    },
    async close(forget) {
      end = forget ? 'forget' : 'close';
      if (copy !== null) await (forget ? copy.forget() : copy.close()).catch(() => {});
      else if (forget) await open();
    },
  };
}
