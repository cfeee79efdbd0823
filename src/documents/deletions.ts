/**
 * What an update deletes, in portions. A few bytes can delete much. For each cell that goes Yjs moves all that stands
 * behind it in a large document, so what a portion deletes is bounded, except for what is deleted already; and what stands
 * last is to go first, so that less is left to be moved.
 *
 * How much there is to delete within a range only the document tells: of a client's clocks there may be more than anybody
 * could count, all in one struct. So a range is cut where it is applied, and at no more places than there are structs to
 * delete.
 */
import * as Y from 'yjs';
import { endOf, type DecodedUpdate, type Range, type Struct } from './update.ts';

export type Portion = Map<number, Range[]>;

/** How many ranges a portion holds, and how many clocks it deletes: applying so many takes a few milliseconds. */
const RANGES = 4000;
const DELETED = 500;

/** Of an update, of which nothing is known but what it brings itself as deleted. */
export function portionsOf({ structs, deletes }: Pick<DecodedUpdate, 'structs' | 'deletes'>): Portion[] {
  const dead = Map.groupBy(structs.filter(isDead), ({ id }) => id.client);
  return portions(deletes, (client, ranges) => weighed(ranges, dead.get(client) ?? []));
}

/** Of what is to be deleted of a document. */
export const portionsIn = ({ store }: Y.Doc, deletes: DecodedUpdate['deletes']): Portion[] =>
  portions(deletes, (client, ranges) => cutUp(ranges, store.clients.get(client) ?? []));

/** What the slices of an update delete together. */
export function deletesOf(slices: readonly DecodedUpdate[]): DecodedUpdate['deletes'] {
  const all = new Map<number, Range[]>();
  for (const [client, ranges] of slices.flatMap(({ deletes }) => [...deletes])) {
    const own = all.get(client);
    if (own) own.push(...ranges);
    else all.set(client, [...ranges]);
  }
  for (const [client, ranges] of all) all.set(client, joined(ranges));
  return all;
}

function joined(ranges: readonly Range[]): Range[] {
  const found: Range[] = [];
  for (const { clock, len } of ranges.toSorted((a, b) => a.clock - b.clock)) {
    const last = found.at(-1);
    if (last && last.clock + last.len === clock) last.len += len;
    else found.push({ clock, len });
  }
  return found;
}

/** Some of what is deleted of a client, and how many clocks are not deleted yet. */
interface Weighed {
  range: Range;
  deletes: number;
}

function portions(
  deletes: DecodedUpdate['deletes'],
  weigh: (client: number, ranges: readonly Range[]) => Iterable<Weighed>,
): Portion[] {
  const found: Portion[] = [];
  let [count, weight] = [RANGES, 0];
  for (const [client, ranges] of deletes) {
    for (const { range, deletes: more } of weigh(client, ranges)) {
      if (count === RANGES || weight + more > DELETED) {
        found.push(new Map());
        [count, weight] = [0, 0];
      }
      const portion = found.at(-1)!;
      const taken = portion.get(client);
      if (taken) taken.push(range);
      else portion.set(client, [range]);
      count += 1;
      weight += more;
    }
  }
  return found;
}

function isDead(struct: Struct): boolean {
  return struct instanceof Y.GC || (struct instanceof Y.Item && struct.content instanceof Y.ContentDeleted);
}

/** Ranges, and how many clocks each deletes beside the dead. All are in order of clocks. */
function* weighed(ranges: readonly Range[], dead: readonly Struct[]): Iterable<Weighed> {
  let next = 0;
  for (const range of ranges) {
    const end = range.clock + range.len;
    let alive = range.len;
    for (; next < dead.length && dead[next]!.id.clock < end; next += 1) {
      const { id, length } = dead[next]!;
      alive -= Math.max(0, Math.min(end, id.clock + length) - Math.max(range.clock, id.clock));
      if (id.clock + length > end) break;
    }
    yield { range, deletes: alive };
  }
}

/**
 * Ranges cut between structs, so that each deletes no more than a part may, or one struct.
 * @param structs all of the client, in order of clocks
 */
function* cutUp(ranges: readonly Range[], structs: readonly Struct[]): Iterable<Weighed> {
  const behind = structs.length > 0 ? endOf(structs.at(-1)!) : 0;
  for (const { clock, len } of ranges) {
    const end = clock + len;
    let [start, deletes] = [clock, 0];
    for (let index = clock < behind ? indexAt(structs, clock) : Infinity; index < structs.length; index += 1) {
      const struct = structs[index]!;
      if (struct.id.clock >= end) break;
      if (struct.deleted) continue;
      const more = Math.min(end, endOf(struct)) - Math.max(start, struct.id.clock);
      if (deletes > 0 && deletes + more > DELETED) {
        yield { range: { clock: start, len: struct.id.clock - start }, deletes };
        [start, deletes] = [struct.id.clock, 0];
      }
      deletes += more;
    }
    yield { range: { clock: start, len: end - start }, deletes };
  }
}

const indexAt = (structs: readonly Struct[], clock: number) => Y.findIndexSS(structs as (Y.Item | Y.GC)[], clock);
