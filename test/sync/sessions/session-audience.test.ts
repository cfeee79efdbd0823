/** When somebody is greeted, and when the list is told: at once, and in a storm once in 20 ms, always ending with the latest. Time is played. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Follower } from '../../../src/collaboration/notices.ts';
import type { SessionMoment } from '../../../src/collaboration/session-rows.ts';
import type { Attendee } from '../../../src/collaboration/session-value.ts';
import type { Person } from '../../../src/identity/person.ts';
import type { LiveConnection } from '../../../src/sync/sessions/live-connection.ts';
import { createSessionAudience, type SessionAudience } from '../../../src/sync/sessions/session-audience.ts';

const ada: Person = {
  id: 'ada',
  number: 1,
  email: 'ada@example.com',
  username: 'ada',
  fullName: null,
  avatarUrl: null,
};
const momentAt = (revision: number, presence: Attendee['presence'] = { kind: 'connected' }): SessionMoment => ({
  id: 'session',
  diagram: 'diagram',
  value: {
    kind: 'active',
    revision,
    startedAt: 0,
    host: ada.id,
    presenter: ada.id,
    attendance: [{ user: ada.id, permissions: 'writer', joinedAt: 1, presence }],
  },
  people: new Map([[ada.id, ada]]),
  now: 0,
  lastOrdinal: -1,
  notices: [],
});

let follower: Follower;
let audience: SessionAudience;
/** When each update was told, and with which revision. */
let told: { at: number; revision: number }[];
let projected: number[];
/** What the session is when it is read, and how often it was. */
let stored: number;
let reads: number;
/** What a connection does when it is put out. */
let closes: () => void;

const comesTo = (revision: number, presence?: Attendee['presence']) =>
  follower.news({ moment: momentAt(revision, presence), notices: [] });

/** One that notes which updates it is told. */
const connection = (updates: typeof told): LiveConnection => ({
  id: 'connection',
  diagram: 'diagram',
  person: ada,
  permissions: 'writer',
  sendStateless(payload) {
    const { type, revision } = JSON.parse(payload) as { type: string; revision: number };
    if (type === 'participants_update') updates.push({ at: Date.now(), revision });
  },
  close: () => closes(),
});

beforeEach(async () => {
  vi.useFakeTimers({ now: 0 });
  told = [];
  projected = [];
  [stored, reads] = [1, 0];
  closes = () => {};
  audience = createSessionAudience({
    session: 'session',
    diagram: 'diagram',
    notices: {
      follow: (_, following) => {
        follower = following;
        const refresh = async () => {
          reads += 1;
          comesTo(stored);
        };
        return { refresh, stop() {} };
      },
      show() {},
    },
    onView: (view) => projected.push(view.revision),
    onError: (error) => {
      throw error;
    },
  });
  await audience.greet(connection(told), 1);
  vi.advanceTimersByTime(1000);
  told.length = 0;
});
afterEach(() => {
  audience.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

it('CS3 a newcomer is greeted with a session that has them in it, which is read only where it was not since they joined', async () => {
  expect(reads).toBe(1);
  stored = 3;
  const joinedBefore: typeof told = [];
  await audience.greet(connection(joinedBefore), 1);
  expect([reads, joinedBefore]).toEqual([1, [{ at: 1000, revision: 1 }]]);
  const joinedAfter: typeof told = [];
  await audience.greet(connection(joinedAfter), 2);
  expect([reads, joinedAfter]).toEqual([2, [{ at: 1000, revision: 3 }]]);
  expect(joinedBefore.at(-1)).toEqual({ at: 1000, revision: 3 });
  vi.advanceTimersByTime(1000);
});

it('CS3 a newcomer is told when they joined, and at which revision', async () => {
  const heard: unknown[] = [];
  const sendStateless = (payload: string) => void heard.push(JSON.parse(payload));
  await audience.greet({ ...connection([]), sendStateless }, 1);
  const timestamp = '1970-01-01T00:00:01.000Z';
  expect(heard).toMatchObject([
    { type: 'join', timestamp, session_id: 'session', revision: 1, user_id: ada.email },
    { type: 'participants_update', revision: 1 },
  ]);
});

it('CS3 whoever goes while the session is read for them is not greeted, and nothing stays behind', async () => {
  const updates: typeof told = [];
  const hasty = connection(updates);
  const greeting = audience.greet(hasty, 2);
  expect(audience.size).toBe(2);
  audience.remove(hasty);
  await greeting;
  expect([reads, updates, audience.size]).toEqual([2, [], 1]);
});

it('CS3 whoever is greeted in a storm is told no list twice', async () => {
  comesTo(2);
  comesTo(3);
  const late: typeof told = [];
  await audience.greet(connection(late), 3);
  vi.advanceTimersByTime(1000);
  expect([told.map(({ revision }) => revision), late.map(({ revision }) => revision)]).toEqual([[2, 3], [3]]);
});

it('CS7 a host who returns is greeted, also where it was read meanwhile that they had gone', async () => {
  comesTo(1, { kind: 'left', at: 1 }); // the list and the revision are as they were
  const returned: typeof told = [];
  await audience.greet(connection(returned), 1);
  expect([reads, returned]).toEqual([2, [{ at: 1000, revision: 1 }]]);
});

it('CS10 where the last one is put out nothing of the session is shown any more', () => {
  closes = () => audience.stop(); // as for whoever has nobody left here
  comesTo(2, { kind: 'left', at: 1 });
  expect(projected).toEqual([1]);
});

it('CS10 what happens by itself is told at once', () => {
  comesTo(2);
  expect(told).toEqual([{ at: 1000, revision: 2 }]);
});

it('CS10 in a storm the list is told once in 20 ms, and the latest within 20 ms of its coming', () => {
  const [first, last] = [2, 101];
  const came: number[] = [];
  for (let revision = first; revision <= last; revision += 1) {
    came[revision] = Date.now();
    comesTo(revision);
    vi.advanceTimersByTime(1);
  }
  vi.advanceTimersByTime(20);
  expect(told).toHaveLength(6); // at once, and five times in a hundred ms
  for (const [index, { at, revision }] of told.entries()) {
    expect(at - (told[index - 1]?.at ?? at - 20)).toBeGreaterThanOrEqual(20);
    expect(at - came[revision]!).toBeLessThanOrEqual(20);
  }
  expect(told.at(-1)).toMatchObject({ revision: last });
  expect(projected).toEqual([1, ...told.map(({ revision }) => revision)]);
});
