/** What becomes of a frame on its way: bytes that change, go, come, move, or come twice, and numbers that are too large. */
import type { Random } from './random.ts';

type Mutation = (frame: Uint8Array, random: Random) => Uint8Array;

const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
const INTERESTING = [0, 1, 0x7f, 0x80, 0xff, 0xfe, 0x10, 0x20, 0x40];
/** Variable-length numbers: far too large, endless, and at the edges of what a number can hold. */
const NUMBERS = [
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x80, 0x80, 0x08],
  [0],
];

const mutations: readonly Mutation[] = [
  function flipBits(frame, random) {
    const changed = frame.slice();
    for (let count = 1 + random.below(8); count > 0; count -= 1) {
      const at = random.below(changed.length);
      changed[at] = changed[at]! ^ (1 << random.below(8));
    }
    return changed;
  },
  function setBytes(frame, random) {
    const changed = frame.slice();
    for (let count = 1 + random.below(3); count > 0; count -= 1)
      changed[random.below(changed.length)] = random.chance(0.5) ? random.of(INTERESTING) : random.below(256);
    return changed;
  },
  function insert(frame, random) {
    const at = random.below(frame.length + 1);
    return join(frame.subarray(0, at), random.bytes(1 + random.below(12)), frame.subarray(at));
  },
  function remove(frame, random) {
    const at = random.below(frame.length);
    return join(frame.subarray(0, at), frame.subarray(at + 1 + random.below(8)));
  },
  (frame, random) => frame.slice(0, random.below(frame.length)),
  function repeat(frame, random) {
    const from = random.below(frame.length);
    const part = frame.subarray(from, from + 1 + random.below(32));
    return join(
      frame.subarray(0, from),
      ...Array.from({ length: 2 + random.below(6) }, () => part),
      frame.subarray(from),
    );
  },
  function otherNumber(frame, random) {
    const at = random.below(frame.length);
    return join(frame.subarray(0, at), Uint8Array.from(random.of(NUMBERS)), frame.subarray(at + 1));
  },
  (frame, random) => join(frame, random.bytes(1 + random.below(64))),
  function swap(frame, random) {
    const [one, other] = [random.below(frame.length), random.below(frame.length)].toSorted((a, b) => a - b) as [
      number,
      number,
    ];
    return join(frame.subarray(other), frame.subarray(one, other), frame.subarray(0, one));
  },
];

/** @param spare another frame, of which a part may be put in */
export function mutate(frame: Uint8Array, spare: Uint8Array, random: Random): Uint8Array {
  let mutated = frame;
  for (let times = 1 + random.below(3); times > 0 && mutated.length > 0; times -= 1)
    mutated = random.of(mutations)(mutated, random);
  if (!random.chance(0.1)) return mutated;
  const [cut, from] = [random.below(mutated.length + 1), random.below(spare.length + 1)];
  return join(mutated.subarray(0, cut), spare.subarray(from));
}
