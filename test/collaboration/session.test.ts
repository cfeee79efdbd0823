import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../src/refusal.ts';
import {
  deadline,
  participants,
  type ActiveSession,
  type Session,
  type SessionLimits,
} from '../../src/collaboration/session-value.ts';
import { step, type SessionEvent, type SessionNotice } from '../../src/collaboration/session.ts';

const limits: SessionLimits = { maxParticipants: 4, hostGrace: 5000, idle: 300_000 };
const created: ActiveSession = {
  kind: 'active',
  revision: 0,
  startedAt: 0,
  host: 'host',
  presenter: 'host',
  attendance: [],
};

/** Runs events that must all be accepted. */
function play(session: Session, ...events: SessionEvent[]): { session: Session; notices: SessionNotice[] } {
  const notices: SessionNotice[] = [];
  for (const event of events) {
    const result = step(session, event, limits);
    if (result instanceof Refusal) throw new Error(`${event.type} was refused: ${result.code}`);
    session = result.session;
    notices.push(...result.notices);
  }
  return { session, notices };
}

function refusalOf(session: Session, event: SessionEvent): string | null {
  const result = step(session, event, limits);
  return result instanceof Refusal ? result.code : null;
}

const joined = (user: string, at = 1): SessionEvent => ({ type: 'joined', user, permissions: 'writer', at });
const left = (user: string, at = 10): SessionEvent => ({ type: 'left', user, at });
const names = (session: Session) => participants(session).map(({ user }) => user);
/** The host, a and b are here, in this order; revision 3. */
const three = play(created, joined('host', 1), joined('a', 2), joined('b', 3)).session;

describe('who is here', () => {
  it('CS3 somebody who joins is in the list, and it is told', () => {
    const { session, notices } = play(created, joined('a'));
    expect(names(session)).toEqual(['a']);
    expect(session.revision).toBe(1);
    expect(notices).toEqual([{ type: 'join', user: 'a' }]);
  });

  it('CS4 another connection of a person changes nothing, whatever its permissions', () => {
    const { session, notices } = play(three, { type: 'joined', user: 'a', permissions: 'reader', at: 9 });
    expect(session).toBe(three);
    expect(notices).toEqual([]);
  });

  it('CS4 whoever returns keeps their first joined_at, and so their place', () => {
    const { session } = play(three, left('a', 10), joined('a', 20));
    expect(names(session)).toEqual(['host', 'a', 'b']);
    expect(participants(session)[1]).toMatchObject({ user: 'a', joinedAt: 2 });
  });

  it('CS10 whoever comes first is before whoever comes later, also at the same moment or after a step back of the clock', () => {
    const { session } = play(three, left('b'), joined('0', 3), left('a'), joined('Z', -3600), joined('a', 4));
    expect(participants(session).map(({ user, joinedAt }) => [user, joinedAt])).toEqual([
      ['host', 1],
      ['a', 2],
      ['0', 4],
      ['Z', 5],
    ]);
  });

  it('CS4 whoever returns has the permissions that they return with', () => {
    const { session } = play(three, left('a'), { type: 'joined', user: 'a', permissions: 'reader', at: 20 });
    expect(participants(session)[1]).toMatchObject({ user: 'a', permissions: 'reader' });
  });

  it('CS5 somebody who leaves is not in the list any more, and it is told once', () => {
    const { session, notices } = play(three, left('a'), left('a'));
    expect(names(session)).toEqual(['host', 'b']);
    expect(session.revision).toBe(4);
    expect(notices).toEqual([{ type: 'leave', user: 'a' }]);
  });

  it('a session takes no more people than it may, but those who are in it always', () => {
    const full = play(three, joined('c', 4)).session;
    expect(refusalOf(full, joined('d', 5))).toBe('session_full');
    expect(refusalOf(full, joined('a', 5))).toBeNull();
    const graced = play(full, left('host')).session;
    expect(refusalOf(graced, joined('d', 5))).toBe('session_full');
    expect(refusalOf(graced, joined('host', 5))).toBeNull();
    expect(refusalOf(play(full, left('a')).session, joined('d', 5))).toBeNull();
  });
});

describe('presenter and host', () => {
  it('CS6 when a presenter who is not the host leaves, the host presents', () => {
    const { session } = play(three, { type: 'presenter_changed', by: 'host', user: 'a' }, left('a'));
    expect(session.presenter).toBe('host');
    expect(session.revision).toBe(5);
  });

  it('CS6 a presenter who is removed is followed by the host', () => {
    const { session } = play(
      three,
      { type: 'presenter_changed', by: 'host', user: 'a' },
      { type: 'removed', by: 'host', user: 'a', at: 10 },
    );
    expect(session.presenter).toBe('host');
  });

  it('CS8 only the host hands over, denies, removes and ends; whatever others try changes nothing', () => {
    const attempts: SessionEvent[] = [
      { type: 'presenter_changed', by: 'a', user: 'b' },
      { type: 'host_changed', by: 'a', user: 'a' },
      { type: 'presenter_denied', by: 'a', user: 'b' },
      { type: 'removed', by: 'a', user: 'b', at: 10 },
      { type: 'ended', by: 'a', at: 10 },
      { type: 'presenter_changed', by: 'stranger', user: 'b' },
    ];
    expect(attempts.map((attempt) => refusalOf(three, attempt))).toEqual(attempts.map(() => 'forbidden'));
  });

  it('CS8 a host who is not connected commands nothing over the wire', () => {
    const away = play(created, joined('a')).session;
    expect(refusalOf(away, { type: 'presenter_changed', by: 'host', user: 'a' })).toBe('forbidden');
  });

  it('CS8 the target must be a connected participant', () => {
    const without = play(three, left('a')).session;
    for (const user of ['a', 'stranger']) {
      expect(refusalOf(without, { type: 'presenter_changed', by: 'host', user })).toBe('member_not_found');
      expect(refusalOf(without, { type: 'host_changed', by: 'host', user })).toBe('member_not_found');
      expect(refusalOf(without, { type: 'presenter_denied', by: 'host', user })).toBe('member_not_found');
      expect(refusalOf(without, { type: 'removed', by: 'host', user, at: 10 })).toBe('member_not_found');
    }
  });

  it('CS8 readers may present', () => {
    const { session } = play(
      three,
      { type: 'joined', user: 'r', permissions: 'reader', at: 4 },
      { type: 'presenter_changed', by: 'host', user: 'r' },
    );
    expect(session.presenter).toBe('r');
  });

  it('CS8 a request to present is told to the host only and changes nothing', () => {
    const { session, notices } = play(three, { type: 'presenter_requested', by: 'a' });
    expect(session).toBe(three);
    expect(notices).toEqual([{ type: 'presenter_request_event', to: 'host', user: 'a' }]);
    expect(refusalOf(three, { type: 'presenter_requested', by: 'stranger' })).toBe('forbidden');
    expect(refusalOf(three, { type: 'presenter_requested', by: 'host' })).toBe('conflict');
  });

  it('CS8 a denial is told to the one denied only', () => {
    const { session, notices } = play(three, { type: 'presenter_denied', by: 'host', user: 'a' });
    expect(session).toBe(three);
    expect(notices).toEqual([{ type: 'presenter_denied_event', to: 'a' }]);
  });

  it('CS10 handing over to whoever has it already does not change the value', () => {
    const { session } = play(
      three,
      { type: 'presenter_changed', by: 'host', user: 'host' },
      { type: 'host_changed', by: 'host', user: 'host' },
    );
    expect(session.revision).toBe(3);
  });

  it('CS12 change_host leaves the presenter as it is, and the new host commands', () => {
    const { session } = play(three, { type: 'host_changed', by: 'host', user: 'a' });
    expect(session).toMatchObject({ host: 'a', presenter: 'host', revision: 4 });
    expect(refusalOf(session, { type: 'presenter_changed', by: 'host', user: 'b' })).toBe('forbidden');
    expect(refusalOf(session, { type: 'presenter_changed', by: 'a', user: 'b' })).toBeNull();
  });

  it('CS9 the removed one and everybody are told; they cannot return to this session', () => {
    const { session, notices } = play(three, { type: 'removed', by: 'host', user: 'a', at: 10 });
    expect(names(session)).toEqual(['host', 'b']);
    expect(notices).toEqual([
      { type: 'removed_from_session', to: 'a' },
      { type: 'leave', user: 'a' },
    ]);
    expect(refusalOf(session, joined('a', 20))).toBe('removed_from_session');
  });

  it('CS9 a host cannot remove themselves', () => {
    expect(refusalOf(three, { type: 'removed', by: 'host', user: 'host', at: 10 })).toBe('forbidden');
  });
});

describe('how a session ends', () => {
  const graced = play(three, left('host', 100));

  it('CS7 while the grace runs the host stays in the list, with both roles, and nothing is told', () => {
    expect(names(graced.session)).toEqual(['host', 'a', 'b']);
    expect(graced.session).toMatchObject({ host: 'host', presenter: 'host', revision: 3 });
    expect(graced.notices).toEqual([]);
    expect(deadline(graced.session, limits)).toEqual({ reason: 'host_left', at: 5100 });
  });

  it('CS7 a host who returns within the grace was never away', () => {
    const { session, notices } = play(graced.session, joined('host', 200));
    expect(session).toEqual(three);
    expect(notices).toEqual([]);
    expect(deadline(session, limits)).toBeNull();
  });

  it('CS7 when the host does not return the leave is told, and then the end', () => {
    const { session, notices } = play(graced.session, { type: 'expired', at: 5100 });
    expect(session).toMatchObject({ kind: 'ended', reason: 'host_left', revision: 4 });
    expect(notices).toEqual([
      { type: 'leave', user: 'host' },
      { type: 'session_ended', reason: 'host_left' },
    ]);
  });

  it('CS7 without a grace the session ends at once', () => {
    const result = step(three, left('host', 100), { ...limits, hostGrace: 0 });
    expect(result).toMatchObject({ session: { kind: 'ended', reason: 'host_left' } });
  });

  it('CS7 an expiry that comes after the host returned does nothing', () => {
    const { session } = play(graced.session, joined('host', 200), { type: 'expired', at: 5100 });
    expect(session.kind).toBe('active');
  });

  it('CS11 a session without connections ends after the idle time', () => {
    expect(deadline(created, limits)).toEqual({ reason: 'idle', at: 300_000 });
    const empty = play(created, joined('a', 1), left('a', 50)).session;
    expect(deadline(empty, limits)).toEqual({ reason: 'idle', at: 300_050 });
    expect(play(empty, { type: 'expired', at: 300_050 })).toMatchObject({
      session: { kind: 'ended', reason: 'idle' },
      notices: [{ type: 'session_ended', reason: 'idle' }],
    });
  });

  it('CS11 of grace and idle time the one ends the session that is over first', () => {
    const alone = play(created, joined('host', 1), left('host', 50)).session;
    expect(deadline(alone, limits)).toEqual({ reason: 'host_left', at: 5050 });
    expect(deadline(alone, { ...limits, idle: 1000 })).toEqual({ reason: 'idle', at: 1050 });
  });

  it('CS12 a host who never connected is still the host, and nothing ends while somebody is here', () => {
    const { session } = play(created, joined('a'));
    expect(session).toMatchObject({ host: 'host', presenter: 'host' });
    expect(names(session)).toEqual(['a']);
    expect(deadline(session, limits)).toBeNull();
  });

  it('CS12 a host who loses all access ends the session at once, connected or not', () => {
    const lost: SessionEvent = { type: 'access_changed', user: 'host', permissions: null, at: 10 };
    expect(play(three, lost)).toMatchObject({ session: { kind: 'ended', reason: 'host_left' } });
    expect(play(graced.session, lost)).toMatchObject({ session: { kind: 'ended', reason: 'host_left' } });
    expect(play(created, joined('a'), lost).notices).toEqual([
      { type: 'join', user: 'a' },
      { type: 'session_ended', reason: 'host_left' },
    ]);
  });

  it('CS12 a presenter who loses all access is followed by the host', () => {
    const { session, notices } = play(
      three,
      { type: 'presenter_changed', by: 'host', user: 'a' },
      { type: 'access_changed', user: 'a', permissions: null, at: 10 },
    );
    expect(session).toMatchObject({ presenter: 'host', kind: 'active' });
    expect(notices).toEqual([
      { type: 'access_lost', to: 'a' },
      { type: 'leave', user: 'a' },
    ]);
  });

  it('CS12 changed permissions raise the revision, and are told to the one concerned', () => {
    const change: SessionEvent = { type: 'access_changed', user: 'a', permissions: 'reader', at: 10 };
    const { session, notices } = play(three, change);
    expect(session.revision).toBe(4);
    expect(notices).toEqual([{ type: 'permission_changed', to: 'a', permissions: 'reader' }]);
    expect(play(session, change).session.revision).toBe(4);
    expect(play(three, { ...change, user: 'stranger' }).session).toBe(three);
  });

  it('CS8 the host ends it, also one who never connected', () => {
    expect(play(created, { type: 'ended', by: 'host', at: 5 })).toMatchObject({
      session: { kind: 'ended', reason: 'host_ended' },
    });
    expect(play(three, { type: 'ended', by: 'host', at: 5 }).notices).toEqual([
      { type: 'session_ended', reason: 'host_ended' },
    ]);
  });
});

describe('whatever happens', () => {
  const user = fc.constantFrom('host', 'host', 'host', 'a', 'a', 'b', 'c', 'd', 'e'); // so that hosts often act
  const permissions = fc.constantFrom('reader' as const, 'writer' as const);
  const happening = fc.oneof(
    { weight: 5, arbitrary: fc.record({ type: fc.constant('joined' as const), user, permissions }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('left' as const), user }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('presenter_requested' as const), by: user }) },
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constantFrom(
          'presenter_denied' as const,
          'presenter_changed' as const,
          'host_changed' as const,
          'removed' as const,
        ),
        by: user,
        user,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('access_changed' as const),
        user,
        permissions: fc.option(permissions, { freq: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('ended' as const), by: user }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('expired' as const) }) },
  );
  const history = fc.array(happening, { maxLength: 60 });
  const visible = (session: Session) => ({
    host: session.host,
    presenter: session.presenter,
    list: participants(session).map(({ user: who, permissions: may }) => [who, may]),
  });

  /** Plays a history and looks at each step. */
  function each(
    events: readonly object[],
    look: (before: Session, after: Session, notices: readonly SessionNotice[], event: SessionEvent) => void,
  ): void {
    let session: Session = created;
    events.forEach((event, index) => {
      const dated = { ...event, at: index + 1 } as SessionEvent;
      const result = step(session, dated, limits);
      if (result instanceof Refusal) return;
      look(session, result.session, result.notices, dated);
      session = result.session;
    });
  }
  const check = (look: Parameters<typeof each>[1]) =>
    fc.assert(
      fc.property(history, (events) => each(events, look)),
      { numRuns: 500 },
    );

  it('CS10 the revision grows by one when others see a change or the end, and else not at all', () => {
    check((before, after) => {
      const changed = after.kind === 'ended' || JSON.stringify(visible(before)) !== JSON.stringify(visible(after));
      expect(after.revision - before.revision).toBe(changed ? 1 : 0);
    });
  });

  it('CS2 there is one host and one presenter, and each is here, or is the host, until the end', () => {
    check((_, { kind, host, presenter, attendance }) => {
      if (kind === 'ended') return;
      const of = (who: string) => attendance.find((other) => other.user === who)?.presence.kind;
      expect(of(host)).not.toBe('removed');
      expect(presenter === host || of(presenter) === 'connected').toBe(true);
    });
  });

  it('CS4 nobody is in the list twice, and first arrivals never change', () => {
    const arrivals = new Map<string, number>();
    check((before, after) => {
      if (before === created) arrivals.clear();
      const users = after.attendance.map((other) => other.user);
      expect(new Set(users).size).toBe(users.length);
      const times = participants(after).map(({ joinedAt }) => joinedAt);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
      for (const { user: who, joinedAt } of after.attendance) {
        expect(joinedAt).toBe(arrivals.get(who) ?? joinedAt);
        arrivals.set(who, joinedAt);
      }
    });
  });

  it('CS5 whoever enters or leaves the list is told of, and nobody else', () => {
    check((before, after, notices) => {
      const told = (type: 'join' | 'leave') => notices.flatMap((notice) => (notice.type === type ? [notice.user] : []));
      const [was, is] = [names(before), names(after)];
      expect(told('join')).toEqual(is.filter((who) => !was.includes(who)));
      const gone = after.kind === 'active' ? was.filter((who) => !is.includes(who)) : told('leave');
      expect(told('leave')).toEqual(gone);
    });
  });

  it('CS9 nobody who was removed is in the list again, and it is never longer than it may be', () => {
    check((before, after) => {
      const removed = before.attendance
        .filter(({ presence }) => presence.kind === 'removed')
        .map((other) => other.user);
      expect(names(after).filter((who) => removed.includes(who))).toEqual([]);
      expect(names(after).length).toBeLessThanOrEqual(limits.maxParticipants);
    });
  });

  it('CS11 an active session that nobody is connected to, or whose host has gone, has an end', () => {
    check((_, after) => {
      const connected = after.attendance
        .filter(({ presence }) => presence.kind === 'connected')
        .map((other) => other.user);
      const hostGone = !connected.includes(after.host) && after.attendance.some((other) => other.user === after.host);
      expect(deadline(after, limits) !== null).toBe(after.kind === 'active' && (connected.length === 0 || hostGone));
    });
  });

  it('CS13 after the end nothing happens any more', () => {
    fc.assert(
      fc.property(history, happening, (events, event) => {
        let last: Session = created;
        each(events, (_, after) => (last = after));
        const over: Session = { ...last, kind: 'ended', reason: 'idle', at: 100 };
        expect(refusalOf(over, { ...event, at: 101 } as SessionEvent)).toBe('session_not_found');
      }),
    );
  });
});
