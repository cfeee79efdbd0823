/**
 * Copies of diagrams in the browser's IndexedDB, through `y-indexeddb`, which is loaded when the first diagram is opened
 * and has to be installed beside the SDK by whoever wants this:
 *
 *     const client = createClient({ url, token, offline: indexedDbStore() });
 *
 * Several pages may keep one diagram, and none of them sees what another one draws without a connection. So each notes
 * how many of its own changes the server does not have, every time under another key. A page that opens the copy counts
 * what is noted then, and has all of that in its document; once the server has everything in it, the page removes its own
 * note and those. What another page has noted since stays, because its key is another one.
 */
import type * as Library from 'y-indexeddb';
import type { OfflineStore } from './live/offline-copy.ts';

export type { OfflineCopy, OfflineStore } from './live/offline-copy.ts';

export function indexedDbStore(): OfflineStore {
  let library: typeof Library | null = null;
  return {
    async prepare() {
      await requireDatabases();
      library ??= await import('y-indexeddb');
    },
    attach(name, document) {
      if (library === null) throw new Error('prepare() first');
      const { IndexeddbPersistence, fetchUpdates } = library;
      const copy = new IndexeddbPersistence(name, document);
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
      let own = Math.random();
      let earlier: { keys: IDBValidKey[]; unsaved: number } = { keys: [], unsaved: 0 };
      const load = async () => {
        await copy.whenSynced;
        const store = (await opening).transaction('custom').objectStore('custom');
        const [keys, counts] = await Promise.all([answer(store.getAllKeys()), answer<number[]>(store.getAll())]);
        earlier = { keys, unsaved: counts.reduce((sum, count) => sum + count, 0) };
        // A change is written before it is noted: whatever is noted above is in the document after this.
        await fetchUpdates(copy);
        return earlier.unsaved;
      };
      const note = async (unsaved: number) => {
        const store = (await opening).transaction('custom', 'readwrite').objectStore('custom');
        store.delete(own);
        if (unsaved === 0) {
          earlier.keys.forEach((key) => store.delete(key));
          earlier = { keys: [], unsaved: 0 };
        }
        own = Math.random();
        if (unsaved > earlier.unsaved) store.put(unsaved - earlier.unsaved, own);
      };
      return {
        origin: copy,
        loaded: load(),
        stopped,
        // It may have been closed meanwhile; then nobody counts any more.
        note: (unsaved) => void note(unsaved).catch(() => {}),
        close: () => copy.destroy(),
        async forget() {
          await copy.destroy();
          await removeDatabase(name);
        },
      };
    },
  };
}

function answer<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('it cannot be read')));
  });
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
