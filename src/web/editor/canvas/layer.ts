/**
 * Nodes, or edges, as React Flow is given them: in order of `zIndex`, then `id`. The list is the same until one of them
 * is another object, and it is sorted anew only when their order may have changed.
 */
interface Drawn {
  id: string;
  zIndex?: number;
}

export interface Layer<T extends Drawn> {
  get(id: string): T | undefined;
  put(id: string, next: T | null): void;
  list(): T[];
}

export function createLayer<T extends Drawn>(): Layer<T> {
  const drawn = new Map<string, T>();
  let list: T[] = [];
  let state: 'listed' | 'replaced' | 'mixed' = 'listed';

  return {
    get: (id) => drawn.get(id),
    put(id, next) {
      const before = drawn.get(id);
      if ((next ?? undefined) === before) return;
      if (next) drawn.set(id, next);
      else drawn.delete(id);
      if (next?.zIndex !== before?.zIndex || !next || !before) state = 'mixed';
      else if (state === 'listed') state = 'replaced';
    },
    list() {
      if (state === 'replaced') list = list.map(({ id }) => drawn.get(id)!);
      if (state === 'mixed') list = [...drawn.values()].sort(inOrder);
      state = 'listed';
      return list;
    },
  };
}

function inOrder(one: Drawn, other: Drawn): number {
  return (one.zIndex ?? 0) - (other.zIndex ?? 0) || (one.id < other.id ? -1 : 1);
}
