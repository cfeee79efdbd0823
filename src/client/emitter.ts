/**
 * A tiny typed emitter. What a listener makes happen is told after what it has heard, so that everybody hears all in one
 * order. A listener that throws keeps no other from hearing: what it threw is reported, not swallowed.
 */
export interface Listening<Events> {
  /** @returns what ends it */
  on<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): () => void;
}

export interface Emitter<Events> extends Listening<Events> {
  emit<Name extends keyof Events>(name: Name, value: Events[Name]): void;
  /** Nobody hears what is emitted from here on. */
  clear(): void;
}

export function createEmitter<Events>(): Emitter<Events> {
  const listeners = new Map<keyof Events, Set<(value: never) => void>>();
  /** What is being told, and what has come meanwhile. */
  const telling: (() => void)[] = [];
  return {
    on(name, listener) {
      const all = listeners.get(name) ?? new Set();
      listeners.set(name, all);
      // Its own function each time: the same one may listen twice, and be taken away once.
      const own = (value: never) => listener(value);
      all.add(own);
      return () => void all.delete(own);
    },
    emit(name, value) {
      const isNested = telling.length > 0;
      const all = listeners.get(name) ?? new Set();
      for (const listener of all) telling.push(() => all.has(listener) && listener(value as never));
      if (isNested) return;
      for (const tell of telling) {
        try {
          tell();
        } catch (error) {
          queueMicrotask(() => {
            throw error;
          });
        }
      }
      telling.length = 0;
    },
    clear: () => listeners.clear(),
  };
}
