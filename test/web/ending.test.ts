/** What each close code of the contract means on the page. */
import { describe, expect, it } from 'vitest';
import { endingWords } from '../../src/web/pages/ending-words.ts';
import { endingOf, endingOfRefusal, nothingHeard, type Ending } from '../../src/web/room/ending.ts';

describe('a close code', () => {
  it.each([1000, 1006, 1012, 4408])('%i lets the provider come back by itself', (code) => {
    expect(endingOf(code, nothingHeard)).toBeNull();
  });

  it.each([
    [4400, nothingHeard, { kind: 'refused_edit' }],
    [1009, nothingHeard, { kind: 'refused_edit' }],
    [4401, nothingHeard, { kind: 'signed_out' }],
    [4403, nothingHeard, { kind: 'no_access' }],
    [4403, { ...nothingHeard, removed: true }, { kind: 'removed' }],
    [4403, { ...nothingHeard, denied: 'removed_from_session' }, { kind: 'removed' }],
    [4404, { ...nothingHeard, denied: 'session_not_found' }, { kind: 'no_session' }],
    [4404, { ...nothingHeard, denied: 'not_found' }, { kind: 'no_access' }],
    [4410, { ...nothingHeard, ended: 'host_left' }, { kind: 'ended', reason: 'host_left' }],
    [4429, { ...nothingHeard, denied: 'session_full' }, { kind: 'busy', full: true, seconds: 5 }],
    [1013, nothingHeard, { kind: 'busy', full: false, seconds: 5 }],
  ] as const)('%i after %o is %o', (code, heard, ending) => {
    expect(endingOf(code, heard)).toEqual(ending);
  });

  it('1013 again and again is tried at ever longer pauses, up to a minute', () => {
    const pauses = [0, 1, 2, 3, 4, 9].map((busy) => endingOf(1013, { ...nothingHeard, busy }));
    expect(pauses.map((ending) => ending?.kind === 'busy' && ending.seconds)).toEqual([5, 10, 20, 40, 60, 60]);
  });
});

it.each([
  [401, 'unauthenticated', 'signed_out'],
  [401, 'forbidden', 'no_access'],
  [403, 'forbidden', 'no_access'],
  [403, 'removed_from_session', 'removed'],
  [404, 'not_found', 'no_access'],
  [429, 'rate_limited', 'busy'],
  [503, 'unavailable', 'busy'],
  [500, 'internal', 'unreachable'],
  [0, 'unreachable', 'unreachable'],
])('a REST refusal %i %s is shown as %s', (status, code, kind) => {
  expect(endingOfRefusal({ status, code, message: 'what the server said' }).kind).toBe(kind);
});

const every: Ending[] = [
  { kind: 'ended', reason: 'host_left' },
  { kind: 'ended', reason: 'host_ended' },
  { kind: 'ended', reason: 'idle' },
  { kind: 'ended', reason: null },
  { kind: 'removed' },
  { kind: 'no_access' },
  { kind: 'no_session' },
  { kind: 'signed_out' },
  { kind: 'busy', full: true, seconds: 5 },
  { kind: 'busy', full: false, seconds: 5 },
  { kind: 'refused_edit' },
  { kind: 'unreachable', message: 'The server does not answer.' },
];

it.each(every)('%o has words that are calm and whole', (ending) => {
  for (const at of ['14:05', null]) {
    const { title, text } = endingWords(ending, 'Ada Lovelace', at);
    expect(title).toMatch(/^[A-Z][^!]+[^.!]$/);
    expect(text).toMatch(/^[A-Z][^!]+\.$/);
    expect(text).not.toMatch(/null|undefined|oops/i);
  }
});
