/** What the page of a diagram decides without a browser: what stands in its place, what is saved, what is told. */
import { describe, expect, it } from 'vitest';
import {
  RoundtableError,
  type DiagramState,
  type DiagramStatus,
  type EndReason,
  type Participant,
  type Version,
} from '../../../src/client/index.ts';
import { initialState, withRoster } from '../../../src/client/live/state.ts';
import { savedState } from '../../../src/web/diagram/bar/saved-state.ts';
import { restorer } from '../../../src/web/diagram/history/others-restoring.ts';
import { inPlace } from '../../../src/web/diagram/in-place/in-place.ts';
import { toldBy, toldIn, toldOf, withNewer, type Told } from '../../../src/web/diagram/notices/told.ts';
import { nameIn, withNames } from '../../../src/web/diagram/people/names.ts';
import { presentControl } from '../../../src/web/diagram/presenting/present-control.ts';
import { initialsOf } from '../../../src/web/people/initials.ts';
import { daysAgo } from '../../../src/web/times.ts';

const at = new Date('2026-05-03T10:00:00Z');
const error = new RoundtableError({ code: 'not_found', status: 404, message: '' });
const ended = (reason: EndReason): DiagramStatus => ({ kind: 'ended', reason, message: '', at, error });
const waiting = (reason: 'unreachable' | 'server_busy' | 'too_many'): DiagramStatus => ({
  kind: 'reconnecting',
  reason,
  message: '',
  attempt: 1,
  nextAttemptAt: 5,
});

describe('WE4 what stands in place of the diagram', () => {
  it('a lost connection never takes away what was shown', () => {
    for (const reason of ['unreachable', 'server_busy', 'too_many'] as const)
      expect(inPlace(waiting(reason), true)).toBeNull();
    expect(inPlace({ kind: 'connecting' }, true)).toBeNull();
  });

  it('before anything was shown it says why there is nothing', () => {
    expect(inPlace({ kind: 'connecting' }, false)).toEqual({ kind: 'opening' });
    expect(inPlace(waiting('server_busy'), false)).toEqual({ kind: 'busy', until: 5 });
    expect(inPlace(waiting('too_many'), false)).toEqual({ kind: 'full', until: 5 });
    expect(inPlace(waiting('unreachable'), false)).toEqual({ kind: 'unreachable', until: 5 });
  });

  it('an end stands there in any case, and what is missing looks like what is not open to me', () => {
    expect(inPlace(ended('host_left'), true)).toEqual({ kind: 'host_left', at });
    expect(inPlace(ended('removed'), true)).toEqual({ kind: 'removed', at });
    expect(inPlace(ended('no_access'), true)).toEqual(inPlace(ended('not_found'), true));
  });
});

describe('the saved mark', () => {
  const writer = { permissions: 'writer', keptHere: true } as const;

  const live: DiagramStatus = { kind: 'live' };
  it('DO1 says saved only when the server has everything', () => {
    expect(savedState({ status: live, unsavedChanges: 0, ...writer })).toEqual({ kind: 'saved' });
    expect(savedState({ status: live, unsavedChanges: 2, ...writer })).toEqual({ kind: 'saving' });
  });

  it('WE4 says how many changes are kept here without a connection, and as a reader', () => {
    const status = waiting('unreachable');
    const changes = { unsavedChanges: 2 };
    expect(savedState({ status, ...changes, ...writer })).toEqual({ kind: 'offline', changes: 2, here: true });
    expect(savedState({ status, ...changes, ...writer, keptHere: false })).toMatchObject({ here: false });
    expect(savedState({ status: live, ...changes, ...writer, permissions: 'reader' })).toEqual({
      kind: 'kept',
      changes: 2,
      here: true,
    });
    const nobodyYet = {
      status: { kind: 'connecting' },
      unsavedChanges: 0,
      permissions: null,
      keptHere: false,
    } as const;
    expect(savedState(nobodyYet)).toEqual({ kind: 'connecting' });
    expect(savedState({ ...nobodyYet, ...changes })).toEqual({ kind: 'offline', changes: 2, here: false });
  });
});

describe('WE4 what is told once', () => {
  const person = { email: 'ada@x' } as DiagramState['person'];
  const participant = (user_id: string, rest: Partial<Participant> = {}): Participant => ({
    user_id,
    permissions: 'writer',
    joined_at: '',
    is_host: false,
    is_presenter: false,
    name: user_id,
    color: '#000000',
    avatar_url: null,
    ...rest,
  });
  const session = (host: string, presenter: string, revision: number, rest: Partial<Participant> = {}) =>
    withRoster(
      { ...initialState, person },
      {
        session_id: 's',
        revision,
        host,
        presenter,
        participants: [participant('ada@x', rest), participant('grace@x')],
      },
    );

  it('coming in is no news', () => {
    expect(toldBy(initialState, session('ada@x', 'ada@x', 1))).toEqual([]);
  });

  it('CS8 tells of the roles of host and presenter', () => {
    const before = session('grace@x', 'grace@x', 1);
    expect(toldBy(before, session('ada@x', 'grace@x', 2))).toEqual([{ kind: 'hosting' }]);
    expect(toldBy(before, session('grace@x', 'ada@x', 2))).toEqual([{ kind: 'presenting', by: 'grace@x' }]);
    // Who presents, if it is not me, stands over the canvas.
    expect(toldBy(before, session('grace@x', 'alan@x', 2))).toEqual([]);
    expect(toldBy(session('grace@x', 'alan@x', 1), session('grace@x', 'grace@x', 2))).toEqual([]);
    // The host knows what the host has done.
    expect(toldBy(session('ada@x', 'grace@x', 1), session('ada@x', 'ada@x', 2))).toEqual([]);
    const mine = session('grace@x', 'ada@x', 2);
    expect(toldBy(mine, before)).toEqual([{ kind: 'presented', user: 'grace@x' }]);
    expect(toldIn({ type: 'presenter_denied_event', timestamp: '' }, 'grace@x')).toEqual({
      kind: 'denied',
      by: 'grace@x',
    });
  });

  it('AC3 AC4 tells what I may do when that has changed', () => {
    const writer = session('grace@x', 'grace@x', 1);
    const reader = session('grace@x', 'grace@x', 2, { permissions: 'reader' });
    expect(toldBy(writer, reader)).toEqual([{ kind: 'reader' }]);
    expect(toldBy(reader, writer)).toEqual([{ kind: 'writer' }]);
  });

  it('a notice gives way to a newer one about the same', () => {
    const notice = (told: Told) => ({ told });
    const presenting = notice({ kind: 'presenting', by: 'grace@x' });
    const presented = notice({ kind: 'presented', user: 'grace@x' });
    const [reader, hosting] = [notice({ kind: 'reader' }), notice({ kind: 'hosting' })];
    expect(withNewer([presenting, reader], [presented], 3)).toEqual([reader, presented]);
    expect(withNewer([presented, reader], [hosting], 2)).toEqual([reader, hosting]);
  });

  it('AC2 a refused edit is no news: the page shows that one only reads', () => {
    expect(toldOf({ code: 'forbidden', message: '', request: 'update' })).toBeNull();
    expect(toldOf({ code: 'forbidden', message: '', request: 'presenter_view' })).toBeNull();
    expect(toldOf({ code: 'forbidden', message: '', request: 'end_session' })).toEqual({
      kind: 'refused',
      code: 'forbidden',
    });
  });

  it('CS8 the host takes presenting, others ask for it', () => {
    const control = (rest: Partial<Participant>, askedToPresent = false) =>
      presentControl({ me: participant('ada@x', rest), askedToPresent });
    expect(control({ is_host: true })).toBe('take');
    expect(control({ is_presenter: true })).toBe('presenting');
    expect(control({})).toBe('ask');
    expect(control({}, true)).toBe('asked');
    expect(presentControl({ me: null, askedToPresent: false })).toBe('none');
  });

  it('calls people by the name they had when they were last here', () => {
    const known = withNames(new Map(), [participant('ada@x', { name: 'Ada Lovelace' })]);
    expect(withNames(known, [])).toBe(known);
    expect([nameIn(known, 'ada@x'), nameIn(known, 'alan@x')]).toEqual(['Ada Lovelace', 'alan@x']);
    expect(['Ada Lovelace', 'ada@example.com', ' ', 'Łucja'].map(initialsOf)).toEqual(['AL', 'AC', '?', 'Ł']);
  });

  it('WE8 who restored a version is read from what was kept before it, in either language', () => {
    const version = (minute: number, name: string | null, author: string | null = 'ada@x') =>
      ({ id: `${minute}`, name, author, created_at: `2026-05-03T10:0${minute}:00.000Z` }) as Version;
    const [first, named] = [version(1, null, null), version(2, 'Before the review')];
    const [before, przed] = [version(3, 'Before restoring'), version(4, 'Przed przywróceniem', 'grace@x')];
    expect(restorer([], [named, first])).toBeNull();
    expect(restorer([named, first], [before, named, first])).toBe('ada@x');
    expect(restorer([before, named], [przed, before, named])).toBe('grace@x');
    expect(restorer([before, named], [version(5, null, null), before, named])).toBeNull();
    // One that was let go makes room for an older one, which is no news.
    expect(restorer([przed, named], [przed, before])).toBeNull();
  });

  it('counts days by the calendar', () => {
    const now = new Date(2026, 4, 3, 0, 5);
    expect(daysAgo(new Date(2026, 4, 2, 23, 55), now)).toBe(1);
    expect(daysAgo(new Date(2026, 4, 3, 0, 1), now)).toBe(0);
  });
});
