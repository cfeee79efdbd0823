/**
 * What is said once about a session: what became of my own roles, and what was refused. Requests to present stand until
 * they are answered, and who presents stands over the canvas. Pure: from two states that follow each other, or a message.
 */
import type { DiagramState, Refused, SessionMessage } from '../../../client/index.ts';

export type Told =
  | { kind: 'hosting' }
  /** I may present now: `by` let me, the host. */
  | { kind: 'presenting'; by: string }
  /** Presenting went back to the host, who took it from me. */
  | { kind: 'presented'; user: string }
  | { kind: 'denied'; by: string }
  | { kind: 'writer' }
  | { kind: 'reader' }
  | { kind: 'refused'; code: Refused['code'] }
  /** A sentence of this page's own, such as what became of a file. */
  | { kind: 'said'; sentence: string };

/** What a change of the state tells me, in the order in which it is to be read. */
export function toldBy(before: DiagramState, after: DiagramState): Told[] {
  const told: Told[] = [];
  const { host, presenter, permissions, person } = after;
  const me = person?.email ?? null;
  const same = before.roster !== null && before.roster.session_id === after.roster?.session_id;
  if (same && before.host !== host && host === me) told.push({ kind: 'hosting' });
  if (same && before.presenter !== presenter && presenter !== null && host !== null) {
    if (presenter === me) {
      if (host !== me) told.push({ kind: 'presenting', by: host });
    } else if (before.presenter === me && presenter === host) told.push({ kind: 'presented', user: presenter });
  }
  if (before.permissions !== null && permissions !== null && before.permissions !== permissions)
    told.push({ kind: permissions });
  return told;
}

/** What each is about: of two about the same only the newer is still true. */
const subjects = {
  hosting: 'host',
  presenting: 'presenter',
  presented: 'presenter',
  denied: 'presenter',
  writer: 'permissions',
  reader: 'permissions',
  refused: 'refused',
  said: 'said',
} satisfies Record<Told['kind'], string>;

/** What stands after `newer` was told: what it is about stands once. @param most how many at once */
export function withNewer<Notice extends { told: Told }>(
  shown: readonly Notice[],
  newer: readonly Notice[],
  most: number,
): Notice[] {
  const about = new Set(newer.map(({ told }) => subjects[told.kind]));
  return [...shown.filter(({ told }) => !about.has(subjects[told.kind])), ...newer].slice(-most);
}

/** What a message tells me that no state holds. */
export function toldIn(message: SessionMessage, host: string | null): Told | null {
  return message.type === 'presenter_denied_event' && host !== null ? { kind: 'denied', by: host } : null;
}

/** A reader's edit is no news to them: the page shows that they only read. */
export function toldOf({ request, code }: Refused): Told | null {
  return request === 'update' || request === 'presenter_view' ? null : { kind: 'refused', code };
}
