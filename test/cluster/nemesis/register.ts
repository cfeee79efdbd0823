/**
 * Whether host and presenter behaved like one register that everybody shares (linearizability), judged from outside. The
 * session's revision gives the order in which changes took effect; that order has to fit what people saw and when:
 *
 * - a revision has one host and one presenter, whoever tells it;
 * - what is read is never older than what anybody had seen before the reading began;
 * - a role changes only to somebody to whom the host of the moment had given it by then, except that the presenter
 *   falls back to the host when they are gone (CS6).
 */

/** What somebody saw of the session. Times are of one monotonic clock, ms. */
export interface Sight {
  /** When they asked; -Infinity for what they were told without asking, which may come late. */
  from: number;
  to: number;
  revision: number;
  host: string;
  presenter: string;
}

/** A host gives a role away. Whether and when it took effect is not known. */
export interface Gift {
  from: number;
  by: string;
  role: 'host' | 'presenter';
  to: string;
}

/** @returns what contradicts the register, in words; empty if nothing does */
export function contradictions(sights: readonly Sight[], gifts: readonly Gift[]): string[] {
  const first = new Map<number, Sight>();
  const faults: string[] = [];
  for (const sight of sights.toSorted((a, b) => a.to - b.to)) {
    const known = first.get(sight.revision);
    if (!known) first.set(sight.revision, sight);
    else if (known.host !== sight.host || known.presenter !== sight.presenter)
      faults.push(`revision ${sight.revision} is told in two ways: ${words(known)}, ${words(sight)}`);
  }
  return [...faults, ...stale(sights), ...unaccounted([...first.values()], gifts)];
}

function stale(sights: readonly Sight[]): string[] {
  const seen = sights.toSorted((a, b) => a.to - b.to);
  let newest = -1;
  let next = 0;
  return sights
    .toSorted((a, b) => a.from - b.from)
    .flatMap(({ from, revision }) => {
      for (; next < seen.length && seen[next]!.to < from; next += 1) newest = Math.max(newest, seen[next]!.revision);
      return newest > revision ? [`revision ${revision} was read after ${newest} had been seen`] : [];
    });
}

function unaccounted(firsts: readonly Sight[], gifts: readonly Gift[]): string[] {
  const inOrder = firsts.toSorted((a, b) => a.revision - b.revision);
  return inOrder.slice(1).flatMap((after, index) => {
    const before = inOrder[index]!;
    const skipped = after.revision - before.revision > 1;
    return (['host', 'presenter'] as const).flatMap((role) => {
      if (after[role] === before[role] || (role === 'presenter' && after.presenter === after.host)) return [];
      const given = gifts.some(
        (gift) =>
          gift.role === role && gift.to === after[role] && gift.from < after.to && (skipped || gift.by === before.host),
      );
      return given ? [] : [`at revision ${after.revision} ${after[role]} is ${role}, and nobody had made them so`];
    });
  });
}

const words = ({ host, presenter }: Sight) => `host ${host}, presenter ${presenter}`;
