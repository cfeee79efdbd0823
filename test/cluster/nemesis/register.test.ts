import { describe, expect, it } from 'vitest';
import { contradictions, type Gift, type Sight } from './register.ts';

const sight = (from: number, to: number, revision: number, host = 'ada', presenter = host): Sight => {
  return { from, to, revision, host, presenter };
};
const gift = (from: number, role: Gift['role'], to: string, by = 'ada'): Gift => ({ from, by, role, to });

describe('the register checker', () => {
  it('finds nothing in a history that one register explains', () => {
    const gifts = [gift(5, 'presenter', 'bob'), gift(15, 'host', 'bob'), gift(25, 'presenter', 'ada', 'bob')];
    const sights = [
      sight(0, 1, 1),
      sight(6, 12, 1), // overlaps the change, and may come before it
      sight(6, 11, 2, 'ada', 'bob'),
      sight(16, 20, 3, 'bob', 'bob'),
      sight(-Infinity, 30, 2, 'ada', 'bob'), // a message that came late
      sight(26, 40, 4, 'bob', 'ada'),
      sight(41, 42, 5, 'bob', 'bob'), // the presenter has left
    ];
    expect(contradictions(sights, gifts)).toEqual([]);
  });

  it('finds a revision that is told in two ways', () => {
    expect(contradictions([sight(0, 1, 1, 'ada'), sight(2, 3, 1, 'bob')], [])).toEqual([
      'revision 1 is told in two ways: host ada, presenter ada, host bob, presenter bob',
    ]);
  });

  it('finds a reading that is older than what somebody had seen', () => {
    const sights = [sight(0, 1, 1), sight(-Infinity, 5, 2), sight(6, 7, 1)];
    expect(contradictions(sights, [])).toEqual(['revision 1 was read after 2 had been seen']);
  });

  it.each<[string, Gift[]]>([
    ['that nobody gave', []],
    ['that was given later', [gift(9, 'host', 'bob')]],
    ['that somebody gave who was not the host', [gift(0, 'host', 'bob', 'cem')]],
    ['of another kind', [gift(0, 'presenter', 'bob')]],
  ])('finds a role %s', (_, gifts) => {
    expect(contradictions([sight(0, 1, 1, 'ada', 'ada'), sight(4, 5, 2, 'bob', 'ada')], gifts)).toContain(
      'at revision 2 bob is host, and nobody had made them so',
    );
  });
});
