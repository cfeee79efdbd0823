/** The names of rooms: `workspace:<uuid>`, `group:<ulid>`, `conversation:<number>`, each spelled in one way only. */
import { fromUlid, ULID, UUID } from '../../identity/spelling.ts';
import type { Place } from '../../membership/announce.ts';
import { roomName } from '../../membership/room-messages.ts';

const LARGEST_NUMBER = 2_147_483_647;
const NUMBER = /^[1-9]\d{0,9}$/;

/** How an id is written inside, null if it is none; either case. */
const containers: Record<Place['kind'], (id: string) => string | null> = {
  workspace: (id) => (UUID.test(id) ? id.toLowerCase() : null),
  group: (id) => (ULID.test(id) ? fromUlid(id) : null),
  conversation: (id) => (NUMBER.test(id) && Number(id) <= LARGEST_NUMBER ? id : null),
};

/** The place that a document's name stands for, null if it is no room's canonical name. */
export function placeOfRoom(name: string): Place | null {
  const [kind = '', id = ''] = name.split(/:(.*)/s);
  if (!isKind(kind)) return null;
  const container = containers[kind](id);
  return container !== null && roomName({ kind, container }) === name ? { kind, container } : null;
}

function isKind(text: string): text is Place['kind'] {
  return Object.hasOwn(containers, text);
}
