/**
 * Awareness between nodes, on `awareness:<diagram>`. A node sends what changes in its own entries (those of its
 * connections, and the server's), once for each turn of the event loop, and takes what others send; a node that opens a
 * document asks the others for theirs. All of it may be lost: clients repeat themselves every 15 seconds, and what is
 * not repeated for 30 is dropped, as in any awareness. When the bus was away and is back, every node asks, and tells its
 * own anew, also what has gone meanwhile: nobody has to wait for the next repetition.
 *
 * A client that comes back on another node is that node's from then on: here its id is given up, so that its old
 * connection does not take the entry along when it closes. Two people can show something under one id only on nodes that
 * have not heard of each other; then it is whose node has shown it for longer, which each message tells, and that node
 * tells it anew with a later clock (AC6).
 *
 * A client remembers the clock of every entry that it has seen, also of those that it dropped when it lost its
 * connection, and takes an entry again only with a later one. So when somebody comes, every node renews its entries
 * (CS10); not more often than once in a while, however many come.
 */
import { randomUUID } from 'node:crypto';
import type { Document } from '@hocuspocus/server';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { applyAwarenessUpdate, encodeAwarenessUpdate, type Awareness } from 'y-protocols/awareness';
import type { Bus } from '../../cluster/bus.ts';
import { userOf } from './awareness.ts';
import { LAST_CLOCK, readAwareness, writeAwareness, type AwarenessEntry } from './awareness-frame.ts';
import { guarded } from '../guarded.ts';

export interface AwarenessRelay {
  /** @param awareness the awareness of the diagram's document on this node; @param renew gives its entries of this node a later clock */
  attach(diagram: string, awareness: Awareness, renew: () => void): void;
  detach(diagram: string): void;
  /** Somebody has come who may remember entries: all nodes renew theirs. */
  greeted(diagram: string): void;
  stop(): void;
}

interface Attached {
  greeted(): void;
  resumed(): void;
  detach(): void;
}

/** An entry of another node. */
interface Told extends AwarenessEntry {
  /** Since when it is shown there, ms. */
  since: number;
}

interface Changes {
  added: number[];
  updated: number[];
  removed: number[];
}

const QUERY = 0;
const UPDATE = 1;
const RENEW = 2;
/** Between two renewals of a document's entries, ms. */
const RENEWAL_PAUSE = 1000;
/** After an outage not all documents are told of at the same moment, but within so many ms. */
const RESUMPTION = 500;
/** Everybody has dropped by themselves what has not been repeated for so long, ms. */
const DROPPED = 30_000;
/** Since when an entry is shown that is not the node's own. */
const UNKNOWN = Number.MAX_SAFE_INTEGER;
/** The origin of what other nodes sent. */
const FROM_PEER = 'awareness relay';

export interface AwarenessRelayOptions {
  bus: Bus;
  /** Told of what went wrong in a later turn. */
  onError: (error: unknown) => void;
  /** The time of day, ms. */
  now?: () => number;
}

export function createAwarenessRelay({ bus, onError, now = Date.now }: AwarenessRelayOptions): AwarenessRelay {
  const attached = new Map<string, Attached>();

  const attach = (diagram: string, awareness: Awareness, renew: () => void): Attached => {
    const channel = `awareness:${diagram}`;
    const self = randomUUID();
    /** Our entries, and since when each is shown, ms: the server's own since ever. */
    const ours = new Map<number, number>();
    /** Entries of ours that went lately, and when. */
    const gone = new Map<number, number>();
    const changed = new Set<number>();
    let sending: NodeJS.Immediate | null = null;
    let unsubscribe: (() => void) | null = null;
    let stopped = false;
    let renewedAt = -Infinity;
    let renewing: NodeJS.Timeout | null = null;
    let resuming: NodeJS.Timeout | null = null;

    const publish = (kind: number, update: Uint8Array = new Uint8Array(), since: readonly number[] = []) => {
      const encoder = encoding.createEncoder();
      encoding.writeVarString(encoder, self);
      encoding.writeVarUint(encoder, kind);
      encoding.writeVarUint8Array(encoder, update);
      for (const time of since) encoding.writeVarUint(encoder, time);
      bus.publish(channel, encoding.toUint8Array(encoder));
    };
    const send = () => {
      sending = null;
      const ids = [...changed];
      changed.clear();
      if (ids.length === 0) return;
      const since = ids.map((id) => ours.get(id) ?? UNKNOWN);
      publish(UPDATE, encodeAwarenessUpdate(awareness, ids), since);
    };
    const schedule = (ids: Iterable<number>) => {
      for (const id of ids) changed.add(id);
      sending ??= setImmediate(guarded(send, onError));
    };
    const onUpdate = ({ added, updated, removed }: Changes, origin: unknown) => {
      if (origin === FROM_PEER) return;
      for (const id of [...added, ...updated]) if (!ours.has(id)) ours.set(id, id === awareness.clientID ? 0 : now());
      schedule([...added, ...updated, ...removed].filter((id) => ours.has(id)));
      for (const [id, at] of gone) if (performance.now() - at > DROPPED) gone.delete(id);
      for (const id of removed) if (ours.delete(id)) gone.set(id, performance.now());
    };
    const tell = () => schedule([...ours.keys(), ...gone.keys()]);
    const askAndTell = () => {
      resuming = null;
      publish(QUERY);
      tell();
    };
    /** @returns an entry as it is taken, null for one that has to give way to ours */
    const judge = (entry: Told): AwarenessEntry | null => {
      const { id, json, since } = entry;
      const [here, shownSince] = [awareness.states.get(id), ours.get(id)];
      if (!here || shownSince === undefined) return entry;
      if (json === 'null') return null;
      const [mine, theirs] = [userOf(here) ?? '', userOf(JSON.parse(json)) ?? ''];
      if (mine === theirs) return entry;
      const isTheirs = since === shownSince ? theirs < mine : since < shownSince;
      return isTheirs ? { ...entry, clock: Math.max(entry.clock, clockOf(awareness, id) + 1) } : null;
    };
    const keep = ({ id, clock }: AwarenessEntry) => {
      const above = Math.max(clock, clockOf(awareness, id)) + 1;
      const json = JSON.stringify(awareness.states.get(id));
      applyAwarenessUpdate(awareness, writeAwareness({ id, clock: above, json }), null);
    };
    const take = (told: readonly Told[]) => {
      const taken: AwarenessEntry[] = [];
      for (const entry of told) {
        if (entry.clock > LAST_CLOCK) continue;
        const theirs = judge(entry);
        if (theirs) taken.push(theirs);
        else keep(entry);
      }
      const newer = taken.filter(({ id, clock, json }) => json !== 'null' && clock > clockOf(awareness, id));
      applyAwarenessUpdate(awareness, writeAwareness(...taken), FROM_PEER);
      for (const { id } of newer) if (ours.delete(id)) giveUp(awareness, id);
    };
    const renewSoon = () => {
      const pause = Math.max(0, renewedAt + RENEWAL_PAUSE - performance.now());
      renewing ??= setTimeout(() => {
        renewing = null;
        renewedAt = performance.now();
        guarded(renew, onError)();
      }, pause);
    };
    const hear = (payload: Uint8Array) => {
      if (stopped) return;
      const decoder = decoding.createDecoder(payload);
      if (decoding.readVarString(decoder) === self) return; // it would change nothing, and be read for nothing
      const kind = decoding.readVarUint(decoder);
      if (kind === QUERY) tell();
      if (kind === UPDATE) take(readTold(decoder));
      if (kind === RENEW) renewSoon();
    };

    awareness.on('update', onUpdate);
    void bus.subscribe(channel, hear).then((stop) => {
      if (stopped) return stop();
      unsubscribe = stop;
      publish(QUERY);
    });
    return {
      greeted() {
        publish(RENEW);
        renewSoon();
      },
      resumed() {
        resuming ??= setTimeout(guarded(askAndTell, onError), Math.random() * RESUMPTION);
      },
      detach() {
        stopped = true;
        for (const timer of [renewing, resuming]) if (timer) clearTimeout(timer);
        awareness.off('update', onUpdate);
        unsubscribe?.();
      },
    };
  };

  bus.onResumed(() => {
    for (const { resumed } of attached.values()) resumed();
  });

  const detach = (diagram: string) => {
    attached.get(diagram)?.detach();
    attached.delete(diagram);
  };
  return {
    attach(diagram, awareness, renew) {
      detach(diagram);
      attached.set(diagram, attach(diagram, awareness, renew));
    },
    detach,
    greeted: (diagram) => attached.get(diagram)?.greeted(),
    stop: () => [...attached.keys()].forEach(detach),
  };
}

function readTold(decoder: decoding.Decoder): Told[] {
  const entries = readAwareness(decoding.readVarUint8Array(decoder));
  const since = () => (decoding.hasContent(decoder) ? decoding.readVarUint(decoder) : UNKNOWN);
  return entries.map((entry) => ({ ...entry, since: since() }));
}

function clockOf(awareness: Awareness, id: number): number {
  return awareness.meta.get(id)?.clock ?? -1;
}

function giveUp(awareness: Awareness, id: number): void {
  for (const { clients } of (awareness.doc as Document).connections.values()) clients.delete(id);
}
