/** What a client may set of its awareness state (AC6): three fields, of so many bytes, nested so deep. */
import { nestsDeeperThan } from '../../json.ts';
import { Refusal } from '../../refusal.ts';

export type Own = Partial<Record<(typeof OWN_FIELDS)[number], unknown>>;

const OWN_FIELDS = ['cursor', 'selection', 'viewport'] as const;
/** A state with more than what may be kept is read, so that the rest can be dropped; one with far more is not. */
const READ_AT_MOST = 4;
/** How deep what a client sent may be nested: whoever walks it later, here or in a browser, does so recursively. */
export const DEEPEST = 20;

/**
 * @param json the state as it was sent; @param most the bytes that may be kept
 * @returns what is kept, null if it is too large; @throws Refusal `invalid` if it is not an object, or nested without end
 */
export function readOwn(json: string, most: number): Own | null {
  if (Buffer.byteLength(json) > READ_AT_MOST * most) return null;
  const state = parse(json);
  if (typeof state !== 'object' || state === null || Array.isArray(state)) throw new Refusal('invalid');
  const own = Object.fromEntries(
    Object.entries(state).filter(([field]) => OWN_FIELDS.some((known) => known === field)),
  );
  if (nestsDeeperThan(DEEPEST, own)) throw new Refusal('invalid');
  return Buffer.byteLength(JSON.stringify(own)) > most ? null : own;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Refusal('invalid');
  }
}
