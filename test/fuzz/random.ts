/** Chance that can be repeated, with bytes, and with sources of its own for each of several attackers. */
import { seeded, type Chance } from '../support/seeded.ts';

export interface Random extends Chance {
  chance(probability: number): boolean;
  bytes(length: number): Uint8Array;
  /** Another source, which depends on this one's seed and a number only. */
  fork(by: number): Random;
}

export function randomOf(seed: number): Random {
  const chance = seeded(seed);
  return {
    ...chance,
    chance: (probability) => chance.below(1_000_000) < probability * 1_000_000,
    bytes: (length) => Uint8Array.from({ length }, () => chance.below(256)),
    fork: (by) => randomOf(Math.imul(seed ^ 0x9e3779b9, 2 * by + 1)),
  };
}
