/**
 * AC6: what clients may put into awareness. A connection has one client id, the first that it uses; nobody gets an id
 * that somebody else has used on this document, on whatever node, nor the server's; only the same person may take one
 * over, as a client does that comes back before its old connection is gone. Of a state the client's own three fields are
 * kept, and the server adds who the client is. Until it is known who they are in the session, their entry is held back.
 *
 * Awareness frames come here instead of to Hocuspocus, whose hook is not shown removals and cannot raise a clock. Here
 * a removal removes at once; and each entry is written with a clock above the one that peers know, so that a stamp can
 * be renewed in its place. A client whose clock is ahead keeps it, so it is not handed back its own state while it moves
 * on. An entry that appears takes its clock from the time: peers may remember the client with a clock that neither it
 * nor this node knows, and it is to be visible at once.
 *
 * The id is claimed in Hocuspocus' record of the connection: when that closes, the entry goes.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Connection, Document } from '@hocuspocus/server';
import { applyAwarenessUpdate, type Awareness } from 'y-protocols/awareness';
import type { AwarenessStamp } from '../../collaboration/wire.ts';
import type { Person } from '../../identity/person.ts';
import { Refusal } from '../../refusal.ts';
import { LAST_CLOCK, readAwareness, writeAwareness, type AwarenessEntry } from './awareness-frame.ts';
import { readOwn, type Own } from './own-state.ts';

/** What the server writes into the entries of a person, by the person's id; null: they have no entry. */
export type StampOf = (person: string) => AwarenessStamp | null;

export interface AwarenessGuard {
  /**
   * Takes the update of an awareness frame (type 1) of an admitted connection, in place of Hocuspocus.
   * @param person the connection's; @param update what the frame carries, without its length
   * @param isTheirs whether a client id was found to be the person's; asked of a connection that has none yet
   * @returns the client id of which that is to be found out first: nothing has been taken; else null
   * @throws Refusal `invalid` for a frame that cannot be read (4400)
   */
  receive(
    connection: Connection,
    person: Author,
    update: Uint8Array,
    isTheirs: (client: number) => boolean,
  ): number | null;
  /** Whether somebody else shows something under a client id, or has done since this node opened the document. */
  isShownByAnother(document: Document, id: number, person: Author): boolean;
  /** Sets what the entries of a document are stamped with, and stamps those that are there anew. */
  stamp(awareness: Awareness, stampOf: StampOf): void;
  /** Gives the entries of this node's connections a later clock, so that they are seen by whoever has come back. */
  renew(awareness: Awareness): void;
}

/** Who shows something: of those on other nodes only the email is known. */
type Author = Pick<Person, 'id' | 'email'>;

/** The entry of a connection. */
interface Claim {
  readonly id: number;
  readonly person: Author;
  /** Null after the client has removed itself. */
  own: Own | null;
  /** Whether it has been shown since it was last held back. */
  shown: boolean;
}

/** What is known of one document's awareness. */
interface Desk {
  stampOf: StampOf;
  claims: WeakMap<Connection, Claim>;
  /** The email of who used a client id first, here or on another node; '' for that of a server. */
  owners: Map<number, string>;
  document: Document | null;
}

/** How long a client may take for a change, on average, so that its clock does not overtake the time, ms. */
const TICK = 10;
/** A client's clock counts no further: however often the server raises it then, other nodes take it. */
const LAST_OF_CLIENTS = 2 ** 45;
/** A client tells of itself, and of those that it has not heard of for long. Of a frame with far more nothing is read. */
const MOST_ENTRIES = 1000;

export interface AwarenessGuardOptions {
  /** The largest state that a client may set; a larger one is dropped, and the last one stays. */
  maxAwarenessBytes: number;
  /** The time of day, ms. */
  now?: () => number;
}

export function createAwarenessGuard({ maxAwarenessBytes, now = Date.now }: AwarenessGuardOptions): AwarenessGuard {
  const desks = new WeakMap<Awareness, Desk>();

  const deskOf = (awareness: Awareness): Desk => {
    const known = desks.get(awareness);
    if (known) return known;
    const desk: Desk = { stampOf: () => null, claims: new WeakMap(), owners: new Map(), document: null };
    desks.set(awareness, desk);
    /** @param isFirst whether nothing was ever shown under them here */
    const note = (ids: Iterable<number>, isFirst: boolean) => {
      for (const id of ids) {
        const state = awareness.states.get(id);
        const email = userOf(state) ?? '';
        if (!state || desk.owners.get(id) === email) continue;
        if (lose(desk, id, isFirst) || isFirst || !desk.owners.has(id)) desk.owners.set(id, email);
      }
    };
    note(awareness.states.keys(), true);
    awareness.on('change', ({ added, updated }: Record<'added' | 'updated', number[]>) => {
      note(added, true);
      note(updated, false);
    });
    return desk;
  };

  /** @param clock the client's, or 0 when the server renews a stamp */
  const show = ({ stampOf }: Desk, connection: Connection, claim: Claim, clock: number): void => {
    const { awareness, connections } = connection.document;
    const stamp = stampOf(claim.person.id);
    if (!stamp) return hide(connection, claim, clock);
    const there = awareness.states.get(claim.id);
    if (there && userOf(there) !== claim.person.email) return;
    connections.get(connection)?.clients.add(claim.id);
    const least = claim.shown ? clock : Math.max(clock, Math.floor(now() / TICK));
    claim.shown = true;
    write(connection, claim.id, least, { ...claim.own, ...stamp });
  };

  return {
    receive(connection, person, update, isTheirs) {
      const { document } = connection;
      if (!document.hasConnection(connection)) return null;
      const desk = deskOf(document.awareness);
      desk.document = document;
      const entries = readAwareness(update, MOST_ENTRIES);
      const claim = desk.claims.get(connection);
      const entry = claim
        ? entries.find(({ id }) => id === claim.id)
        : entries.find((one) => mayClaim(desk, document, person, one));
      if (!entry) return null;
      if (entry.clock > LAST_CLOCK) throw new Refusal('invalid');
      const clock = Math.min(entry.clock, LAST_OF_CLIENTS);
      if (entry.json === 'null') {
        if (!claim) return null;
        claim.own = null;
        hide(connection, claim, clock);
        return null;
      }
      const own = readOwn(entry.json, maxAwarenessBytes);
      if (!own) return null;
      if (!claim && !isTheirs(entry.id)) return entry.id;
      const held = claim ?? take(desk, connection, { id: entry.id, person, own, shown: false });
      held.own = own;
      show(desk, connection, held, clock);
      return null;
    },

    isShownByAnother({ awareness }, id, person) {
      return (deskOf(awareness).owners.get(id) ?? person.email) !== person.email;
    },

    stamp(awareness, stampOf) {
      const desk = deskOf(awareness);
      desk.stampOf = stampOf;
      for (const connection of desk.document?.connections.keys() ?? []) {
        const claim = desk.claims.get(connection);
        if (claim?.own && isStale(awareness, claim, stampOf(claim.person.id))) show(desk, connection, claim, 0);
      }
    },

    renew(awareness) {
      const desk = deskOf(awareness);
      for (const connection of desk.document?.connections.keys() ?? []) {
        const claim = desk.claims.get(connection);
        const there = claim?.shown && awareness.states.get(claim.id);
        if (there) write(connection, claim.id, 0, there);
      }
    },
  };
}

function mayClaim(desk: Desk, { awareness }: Document, { email }: Author, { id, json }: AwarenessEntry): boolean {
  if (json === 'null' || id === awareness.clientID || (desk.owners.get(id) ?? email) !== email) return false;
  const there = awareness.states.get(id);
  return !there || userOf(there) === email;
}

/** Whose an entry is, by the server's stamp. */
export function userOf(state: Record<string, unknown> | undefined): string | undefined {
  return (state?.participant as Partial<AwarenessStamp['participant']> | undefined)?.user_id;
}

/** The id is this connection's from now on; one that had it before loses it. */
function take(desk: Desk, connection: Connection, claim: Claim): Claim {
  for (const [other, { clients }] of connection.document.connections) {
    const before = desk.claims.get(other);
    if (before?.id !== claim.id) continue;
    claim.shown = before.shown;
    desk.claims.delete(other);
    clients.delete(claim.id);
  }
  desk.owners.set(claim.id, claim.person.email);
  desk.claims.set(connection, claim);
  return claim;
}

/**
 * Another node shows somebody else under an id: the connection of this one loses it that has shown something there, or
 * also one that has not yet, where the id was never shown before.
 * @returns whether there is one
 */
function lose({ claims, document }: Desk, id: number, isFirst: boolean): boolean {
  for (const connection of document?.connections.keys() ?? []) {
    const claim = claims.get(connection);
    if (claim?.id === id && (claim.shown || isFirst)) return claims.delete(connection);
  }
  return false;
}

function hide(connection: Connection, claim: Claim, clock: number): void {
  if (claim.shown && connection.document.awareness.states.has(claim.id)) write(connection, claim.id, clock, null);
  claim.shown = false;
}

function write(connection: Connection, id: number, clock: number, state: unknown): void {
  const { awareness } = connection.document;
  const above = (awareness.meta.get(id)?.clock ?? 0) + 1;
  const update = writeAwareness({ id, clock: Math.max(clock, above), json: JSON.stringify(state) });
  applyAwarenessUpdate(awareness, update, { source: 'connection', connection });
}

/** An entry that timed out is not brought back by a stamp, only by its client. */
function isStale(awareness: Awareness, claim: Claim, stamp: AwarenessStamp | null): boolean {
  const there = awareness.states.get(claim.id);
  if (!there) return !claim.shown;
  return (
    !stamp || !isDeepStrictEqual(there.participant, stamp.participant) || !isDeepStrictEqual(there.user, stamp.user)
  );
}
