/**
 * The spellings of an id. Inside it is a lower-case UUID; the groups API spells the same 128 bits as a ULID, the
 * conversations API numbers people, the threat-model API calls them by email.
 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

// Without flags, of which the API's description can tell nothing.
export const UUID = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/** A ULID by shape: 26 characters of Crockford's alphabet, either case, at most 128 bits. Any generation of id may be inside. */
export const ULID = /^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$/;

/** The id of a container as it is stored and recorded: a group's is sent as a ULID. What is malformed stays as it is. */
export function spelledInside(kind: string, id: string): string {
  return kind === 'group' && ULID.test(id) ? fromUlid(id) : id.toLowerCase();
}

/** @param uuid in either case */
export function toUlid(uuid: string): string {
  let bits = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let text = '';
  for (let position = 0; position < 26; position += 1) {
    text = ALPHABET[Number(bits & 31n)] + text;
    bits >>= 5n;
  }
  return text;
}

/** @param ulid what `ULID` accepts */
export function fromUlid(ulid: string): string {
  let bits = 0n;
  for (const letter of ulid.toUpperCase()) bits = (bits << 5n) | BigInt(ALPHABET.indexOf(letter));
  const hex = bits.toString(16).padStart(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
