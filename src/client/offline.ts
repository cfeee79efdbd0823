/**
 * Copies of diagrams in the browser's IndexedDB, through `y-indexeddb`, which is loaded when the first diagram is opened
 * and has to be installed beside the SDK by whoever wants this:
 *
 *     const client = createClient({ url, token, offline: indexedDbStore() });
 */
import type * as Library from 'y-indexeddb';
import type { OfflineStore } from './live/offline-copy.ts';

export type { OfflineCopy, OfflineStore } from './live/offline-copy.ts';

const UNSAVED = 'unsaved';

export function indexedDbStore(): OfflineStore {
  let library: typeof Library | null = null;
  return {
    async prepare() {
      await requireDatabases();
      library ??= await import('y-indexeddb');
    },
    attach(name, document) {
      if (library === null) throw new Error('prepare() first');
      const copy = new library.IndexeddbPersistence(name, document);
      // Another page may remove the copy, or the browser take it. The library would go on writing into what is closed,
      // which throws in the middle of the document's own work, after which it tells nobody of anything.
      const { _db: opening } = copy;
      const stopped = new Promise<void>((resolve) => {
        const stop = () => {
          resolve();
          void copy.destroy();
        };
        opening.then(
          (database) => ['versionchange', 'close'].forEach((end) => database.addEventListener(end, stop)),
          stop,
        );
      });
      const load = async () => {
        await copy.whenSynced;
        const unsaved: unknown = await copy.get(UNSAVED);
        return typeof unsaved === 'number' ? unsaved : 0;
      };
      return {
        origin: copy,
        loaded: load(),
        stopped,
        // It may have been closed meanwhile; then nobody counts any more.
        note: (unsaved) => void copy.set(UNSAVED, unsaved).catch(() => {}),
        close: () => copy.destroy(),
        async forget() {
          await copy.destroy();
          await removeDatabase(name);
        },
      };
    },
  };
}

/** Another page that has it open stops keeping it; one that stands still does so when it goes on, or goes. */
function removeDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const removing = indexedDB.deleteDatabase(name);
    removing.addEventListener('error', () => reject(removing.error ?? new Error('it cannot be removed')));
    for (const end of ['success', 'blocked']) removing.addEventListener(end, () => resolve());
  });
}

/** Where a browser keeps nothing, for instance in a private window, it says so when a database is opened. */
function requireDatabases(): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = indexedDB.open('roundtable');
    probe.addEventListener('error', () => reject(probe.error ?? new Error('IndexedDB cannot be used here')));
    probe.addEventListener('success', () => {
      probe.result.close();
      resolve();
    });
  });
}
