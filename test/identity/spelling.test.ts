/** The two spellings of 128 bits: a UUID inside, a ULID in the groups API. */
import { fc, test } from '@fast-check/vitest';
import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { fromUlid, toUlid, ULID, UUID } from '../../src/identity/spelling.ts';

describe('UUID and ULID', () => {
  test.prop([fc.uuid()])('are the same bits, there and back', (uuid) => {
    expect(toUlid(uuid)).toMatch(ULID);
    expect(fromUlid(toUlid(uuid))).toBe(uuid);
  });

  test.prop([fc.nat({ max: 2 ** 48 - 1 })])('agree with the ulid package, also in small letters', (time) => {
    const made = ulid(time);
    expect(made).toMatch(ULID);
    expect(toUlid(fromUlid(made))).toBe(made);
    expect(fromUlid(made.toLowerCase())).toBe(fromUlid(made));
    expect(fromUlid(made)).toMatch(UUID);
  });

  it('keep their ends', () => {
    expect(toUlid('00000000-0000-0000-0000-000000000000')).toBe('00000000000000000000000000');
    expect(toUlid('FFFFFFFF-ffff-ffff-ffff-ffffffffffff')).toBe('7ZZZZZZZZZZZZZZZZZZZZZZZZZ');
    expect(fromUlid('7ZZZZZZZZZZZZZZZZZZZZZZZZZ')).toBe('ffffffff-ffff-ffff-ffff-ffffffffffff');
  });
});

describe('the shape of a ULID', () => {
  it.each(['01ARZ3NDEKTSV4RRFFQ69G5FAV', '00000000000000000000000000', '01arz3ndektsv4rrffq69g5fav'])(
    'has %s',
    (text) => {
      expect(text).toMatch(ULID);
    },
  );

  it.each([
    '',
    '01ARZ3NDEKTSV4RRFFQ69G5FA',
    '01ARZ3NDEKTSV4RRFFQ69G5FAVX',
    '81ARZ3NDEKTSV4RRFFQ69G5FAV',
    '01ARZ3NDEKTSV4RRFFQ69G5FAI',
    '01ARZ3NDEKTSV4RRFFQ69G5FAL',
    '01ARZ3NDEKTSV4RRFFQ69G5FAO',
    '01ARZ3NDEKTSV4RRFFQ69G5FAU',
    '01900000-0000-7000-8000-000000000000',
  ])('has not "%s"', (text) => {
    expect(text).not.toMatch(ULID);
  });
});
