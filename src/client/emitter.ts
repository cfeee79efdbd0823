/** A tiny typed emitter. A listener that throws keeps no other from hearing: what it threw is reported, not swallowed. */
export interface Listening<Events> {
  /** @returns what ends it */
  on<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): () => void;
}

export interface Emitter<Events> extends Listening<Events> {
  emit<Name extends keyof Events>(name: Name, value: Events[Name]): void;
  clear(): void;
}

export function createEmitter<Events>(): Emitter<Events> {
  const listeners = new Map<keyof Events, Set<(value: never) => void>>();
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
      for (const listener of [...(listeners.get(name) ?? [])]) {
        try {
          listener(value as never);
        } catch (error) {
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
    clear: () => listeners.clear(),
  };
}
