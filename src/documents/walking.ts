/**
 * How far Yjs would walk to put what an update brings in its place. What several clients put beside the same neighbour
 * without knowing of each other stands there one after the other, and each walks past those before it: a few bytes can
 * make it walk for minutes, at every opening again (DO4). Where an honest client wrote on, nothing stands between the
 * neighbours that it names; and what others wrote meanwhile it walks past about once.
 *
 * Yjs is followed step by step (`Item.integrate`), beside the document and not in it: what the run brings is put between
 * pieces of the items that are there, which are made only as far as something new stands beside them. A key has its values
 * in a line as well; for one that names none of them Yjs looks for the first, from the last on.
 *
 * Should others change the document between two slices of an update, the count may be wrong by what they brought.
 */
import * as Y from 'yjs';
import { lastBegun } from './begun.ts';

export type Type = NonNullable<ReturnType<Y.Doc['share']['get']>>;

/** A type of the document or of an update, or the name of one that nobody has used yet; and the key in it. */
export interface Place {
  parent: Type | string;
  key: string | null;
}

/** An item, or a part of one with nothing new inside. */
interface Piece {
  item: Y.Item;
  /** Its first clock, and the one behind its last. */
  from: number;
  to: number;
  /** An item stands for its first piece. */
  right: Piece | Y.Item | null;
}

/** The values of a key, or the members of a list. */
interface Line {
  /** undefined: nobody has looked for it yet. */
  first: Y.Item | null | undefined;
  /** How many values of a key there are, or without `first` how many came. */
  length: number;
}

export interface Walks {
  /** Puts an item of an update in its place. @returns whether Yjs would not walk too far for the update */
  put(item: Y.Item, place: Place): boolean;
  /** What is put from now on is another update. */
  next(): void;
  /** How many steps all that was put takes. */
  steps(): number;
  /** Whether these are more than one update may take in any case. */
  far(): boolean;
}

/** So many steps an update may take in any case, some 25 ms; beyond, no more than there are structs. */
const FREE = 200_000;
/** Values of a key that Yjs looks past in the time that a step takes. */
const LOOKS = 8;

/**
 * Follows nothing before it could matter: where a few structs come to a document of not too many, as they do all the time,
 * Yjs cannot walk far, wherever they are.
 * @param itemAt the item of the document, or of what was put, that has a clock
 */
export function createWalks(document: Y.Doc, itemAt: (id: Y.ID) => Y.Item | undefined): Walks {
  const early: ([item: Y.Item, place: Place] | null)[] = [];
  let walks: Omit<Walks, 'far'> | null = null;
  let structs = -1;

  function follow(): Omit<Walks, 'far'> {
    const all = followAll(document, itemAt);
    for (const one of early) {
      if (one) all.put(...one);
      else all.next();
    }
    return (walks = all);
  }

  return {
    put(item, place) {
      if (walks) return walks.put(item, place);
      if (structs < 0) structs = structsOf(document);
      if ((early.length + 1) * (structs + early.length) > FREE) return follow().put(item, place);
      early.push([item, place]);
      return true;
    },
    next() {
      if (walks) walks.next();
      else if (early.length > 0) early.push(null);
    },
    steps: () => (walks ?? follow()).steps(),
    far: () => walks !== null && walks.steps() > FREE,
  };
}

function structsOf({ store }: Y.Doc): number {
  let count = 0;
  for (const structs of store.clients.values()) count += structs.length;
  return count;
}

function followAll(document: Y.Doc, itemAt: (id: Y.ID) => Y.Item | undefined): Omit<Walks, 'far'> {
  const pieces = new Map<Y.Item, Piece[]>();
  const lines = new Map<Place['parent'], Map<string | null, Line>>();
  let [steps, earlier, came, limit] = [0, 0, 0, FREE];

  function step(count: number): boolean {
    steps += count;
    if (steps > limit && limit === FREE) {
      limit += came + structsOf(document);
    }
    return steps <= limit;
  }

  function piecesOf(item: Y.Item): Piece[] {
    let own = pieces.get(item);
    if (!own)
      pieces.set(item, (own = [{ item, from: item.id.clock, to: item.id.clock + item.length, right: item.right }]));
    return own;
  }

  const rightOf = ({ right }: Piece) => (right instanceof Y.Item ? piecesOf(right)[0]! : right);

  /** @param cut where a piece shall begin, if there is none that does */
  function pieceAt(id: Y.ID, cut = -1): Piece | undefined {
    const item = itemAt(id);
    if (!item) return undefined;
    const own = piecesOf(item);
    const place = lastBegun(own, id.clock, ({ from }) => from);
    const piece = own[place]!;
    if (cut <= piece.from || cut >= piece.to) return piece;
    const rest = { ...piece, from: cut };
    own.splice(place + 1, 0, rest);
    piece.to = cut;
    piece.right = rest;
    return id.clock < cut ? piece : rest;
  }

  function originOf({ item, from }: Piece): Y.ID | null {
    return from === item.id.clock ? item.origin : Y.createID(item.id.client, from - 1);
  }

  function lineOf({ parent, key }: Place): Line {
    let own = lines.get(parent);
    if (!own) lines.set(parent, (own = new Map<string | null, Line>()));
    let line = own.get(key);
    if (!line) own.set(key, (line = { first: undefined, length: 0 }));
    return line;
  }

  function lookForFirst(line: Line, { parent, key }: Place): void {
    if (typeof parent === 'string') line.first = null;
    else line.first = (key === null ? parent._start : parent._map.get(key)) ?? null;
    if (key === null || !line.first) return;
    for (line.length += 1; line.first.left; line.first = line.first.left) line.length += 1;
  }

  /** @returns what the item stands right of, null if it is the first, undefined if that is too far away */
  function walk(item: Y.Item, from: Piece | null, first: Piece | null, right: Piece | null): Piece | null | undefined {
    let left = from;
    if (first === right) return left;
    const passed = new Set<Piece>();
    const conflicting = new Set<Piece>();
    for (let other = first; other && other !== right; other = rightOf(other)) {
      if (!step(1)) return undefined;
      passed.add(other);
      conflicting.add(other);
      const origin = originOf(other);
      if (Y.compareIDs(item.origin, origin)) {
        const before = other.item.id.client < item.id.client;
        if (!before && Y.compareIDs(item.rightOrigin, other.item.rightOrigin)) break;
        if (!before) continue;
      } else {
        const beside = origin && pieceAt(origin);
        if (!beside || !passed.has(beside)) break;
        if (conflicting.has(beside)) continue;
      }
      left = other;
      conflicting.clear();
    }
    return left;
  }

  return {
    put(item, place) {
      came += 1;
      const from = item.origin && pieceAt(item.origin, item.origin.clock + 1);
      const right = item.rightOrigin && pieceAt(item.rightOrigin, item.rightOrigin.clock);
      if (from === undefined || right === undefined) return true;
      const line = from && place.key === null ? null : lineOf(place);
      if (line && !from && line.first === undefined) lookForFirst(line, place);
      if (line && !from && place.key !== null && !step(Math.floor(line.length / LOOKS))) return false;
      const left = walk(item, from, from ? rightOf(from) : line?.first ? piecesOf(line.first)[0]! : null, right);
      if (left === undefined) return false;
      const next = left ? left.right : line!.first!;
      if (next) piecesOf(item)[0]!.right = next;
      if (left) left.right = item;
      else line!.first = item;
      if (line) line.length += 1;
      return true;
    },
    next() {
      earlier += steps;
      steps = 0;
      limit = FREE;
    },
    steps: () => earlier + steps,
  };
}
