/**
 * The lease of this node: a row in the database that says it is alive, for three seconds of the database's clock, and
 * that its connections are (they go with the row). The node renews each second.
 *
 * What the node may believe is measured by its own monotonic clock, from before it asked: at that moment the database
 * had not yet counted. So `held` ends before the row expires. Past it nothing may be applied, sent or admitted until
 * a renewal answers, for another node may have swept this one; and then the renewal finds no row: the lease is lost,
 * its sockets are to be closed, and the node goes on under a new id (NO1).
 *
 * A node sweeps others only after it has itself held its lease without a break for the length of one. After a pause of
 * the database every lease has expired, and this leaves everybody the time to renew. A pause just under a lease expires
 * some and not others: an answer that took longer than the time between two renewals tells of one, and for as long again
 * nobody is swept. A sweep that was on its way when the pause began and is carried out after it sweeps nobody: it holds
 * for two renewals from the last one, by the clock of the database, and whoever renewed before the pause then has not
 * expired. (Where every answer takes that long, dead nodes are swept only when it gets better.)
 *
 * The clock of the database may be put forward, which expires whatever has not been renewed since. So each renewal
 * compares how far both clocks went since the one before: if that of the database went ahead by more than the time between
 * two renewals, nobody is swept for the length of a lease, in which all who live renew.
 *
 * A draining node's row is kept for one grace, so that its people can reappear elsewhere before they are missed: a renewal
 * that was asked for before it drained changes nothing in it any more.
 */
import { uuidv7 } from 'uuidv7';
import type { SqlExecutor } from '../database/database.ts';
import { atMost } from '../waiting/at-most.ts';

export interface Leases {
  /** The id of this node, UUIDv7; another one after the lease was lost. */
  readonly node: string;
  /** Set by `drain`: closes are not leaves any more. */
  readonly draining: boolean;
  /** NO1: whether the lease holds by the monotonic clock. If not, nothing is to be applied, sent or admitted. */
  held(): boolean;
  /** Resolves as soon as the lease holds. */
  whenHeld(): Promise<void>;
  /** Whether the lease was held without a break since the start, or for a whole lease since the last break. */
  steady(): boolean;
  /** Renews once, unless a renewal is under way. Never rejects. */
  renew(): Promise<void>;
  /** CS5: deletes the leases of dead nodes, if this node may. @returns how many. Rejects if the database does */
  sweep(): Promise<number>;
  /** Marks the lease as draining; it keeps this node's people for one grace more. Never rejects, and waits no longer than a lease. */
  drain(): Promise<void>;
  /** Takes the lease and keeps it. @throws if the database does */
  start(): Promise<void>;
  /** Stops renewing, after a renewal that is under way. The row stays until it expires. */
  stop(): Promise<void>;
}

export interface LeaseOptions {
  sql: SqlExecutor;
  /** How long a session outlives its host's last connection, ms. */
  hostGrace: number;
  /** Told when the lease was lost: every socket is to be closed with 1012. */
  onLost: () => void;
  onError: (error: unknown) => void;
  /** A monotonic clock, ms. */
  now?: () => number;
  /** How long a lease lasts without renewal, ms. */
  length?: number;
  /** How often it is renewed, ms. */
  every?: number;
}

export function createLeases({
  sql,
  hostGrace,
  onLost,
  onError,
  now = () => performance.now(),
  length = 3000,
  every = 1000,
}: LeaseOptions): Leases {
  /** By the monotonic clock; before the first renewal nothing is held. */
  let heldUntil = -Infinity;
  /** Since when it has been held without a break. */
  let unbrokenSince = -Infinity;
  let startedAt = Infinity;
  /** Until when a sweep may be carried out, by the clock of the database: not before the first renewal. */
  let sweepsUntil = '-infinity';
  /** From when one may be asked for, by the monotonic clock. */
  let sweepsFrom = -Infinity;
  /** The last renewal: when it was asked for, by the monotonic clock, and when it was carried out, by that of the database. */
  let last: { from: number; at: number } | undefined;
  let asked = -Infinity;
  let asking: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  const waiting: (() => void)[] = [];

  const held = () => now() < heldUntil;
  const sweepsFor = Math.min(length, 2 * every);

  /** @param from when the database was asked */
  const extend = (from: number) => {
    if (now() >= heldUntil) unbrokenSince = now();
    heldUntil = Math.max(heldUntil, from + length);
    if (now() - from > every) sweepNobodyFor(every);
    if (!held()) return;
    for (const resume of waiting.splice(0)) resume();
  };

  const sweepNobodyFor = (ms: number) => (sweepsFrom = Math.max(sweepsFrom, now() + ms));

  /** @param from when the database was asked @param at when it renewed, by its own clock */
  const compareClocks = (from: number, at: number) => {
    const ahead = last ? at - last.at - (now() - last.from) : 0;
    last = { from, at };
    if (ahead <= every) return;
    sweepNobodyFor(length);
    onError(new Error(`the clock of the database went ahead of ours by ${Math.round(ahead / 1000)} s`));
  };

  const insert = async () => {
    const from = now();
    await sql.query(
      `insert into node_lease (node, expires_at) values ($1, clock_timestamp() + $2 * interval '1 millisecond')`,
      [leases.node, length],
    );
    extend(from);
  };

  const update = async () => {
    const [from, renewing] = [now(), leases.node];
    const [row] = await sql.query<{ sweeps_until: string; at: number }>(
      `update node_lease set draining = draining or $3,
         expires_at = case when draining and not $3 then expires_at else clock_timestamp() + $2 * interval '1 millisecond' end
       where node = $1 returning (clock_timestamp() + $4 * interval '1 millisecond')::text as sweeps_until,
         (extract(epoch from clock_timestamp()) * 1000)::float8 as at`,
      [leases.node, leases.draining ? Math.max(length, hostGrace) : length, leases.draining, sweepsFor],
    );
    if (renewing !== leases.node) return;
    if (row) {
      sweepsUntil = row.sweeps_until;
      compareClocks(from, row.at);
      return extend(from);
    }
    heldUntil = -Infinity;
    leases.node = uuidv7();
    onLost();
    await insert();
  };

  const ask = (): Promise<void> => {
    asked = now();
    const question = update()
      .catch(onError)
      .finally(() => {
        if (asking === question) asking = null;
      });
    return (asking = question);
  };

  const leases: Leases & { node: string; draining: boolean } = {
    node: uuidv7(),
    draining: false,
    held,
    whenHeld: () => (held() ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    steady: () => held() && (unbrokenSince === startedAt || now() - unbrokenSince >= length),
    async renew() {
      // A question that was never answered (a connection that died silently) is asked anew after a lease.
      if (!asking || now() - asked >= length) await ask();
    },
    async sweep() {
      if (!held() || now() - unbrokenSince < length || now() < sweepsFrom) return 0;
      const swept = await sql.query(
        `delete from node_lease where expires_at < clock_timestamp() and node <> $1 and clock_timestamp() < $2::timestamptz returning node`,
        [leases.node, sweepsUntil],
      );
      return swept.length;
    },
    async drain() {
      leases.draining = true;
      await atMost(length, ask());
    },
    async start() {
      await insert();
      startedAt = unbrokenSince;
      timer = setInterval(() => void leases.renew(), every);
    },
    async stop() {
      clearInterval(timer);
      if (asking) await atMost(length, asking);
    },
  };
  return leases;
}
