/** What a node does for its sessions by itself, twice a second, and when it stops: over a store that answers as a test wants. */
import { beforeEach, expect, it, vi } from 'vitest';
import { createSessions, type SessionService } from '../../src/collaboration/sessions.ts';
import { Refusal } from '../../src/refusal.ts';

const ADVANCED = { session: 's', diagram: 'd' };
const AWAY = new Error('the database is away');

const store = {
  join: vi.fn(async (_: string, crowd: readonly unknown[]) => ({
    session: 's',
    refusals: crowd.map(() => null),
    advanced: null as unknown,
  })),
  change: vi.fn(async () => ADVANCED),
  leave: vi.fn(async () => [ADVANCED]),
  stepOutLost: vi.fn(async () => [ADVANCED]),
  deserted: vi.fn(async () => []),
  expire: vi.fn(async () => [ADVANCED]),
  forgetNotices: vi.fn(async () => {}),
  recordRefusal: vi.fn(async () => {}),
  outdatedOn: vi.fn(async (diagrams: readonly string[]) => diagrams),
  redecide: vi.fn<(diagram: string) => Promise<unknown>>(async () => ADVANCED),
};
const leases = { node: 'n', draining: false, steady: vi.fn(() => true), sweep: vi.fn(async () => 0) };
const publish = vi.fn<() => void>();
const onError = vi.fn<(error: unknown) => void>();
const connection = { id: 'c', diagram: 'd', person: { id: 'p' }, permissions: 'writer' } as never;
let sessions: SessionService;

beforeEach(() => {
  vi.clearAllMocks();
  sessions = createSessions({ store, leases, notices: { publish }, onError } as never);
});

/** A join that is let in or refused, and is news. */
const joined = (refusal: unknown) => {
  store.join.mockResolvedValueOnce({ session: 's', refusals: [refusal as null], advanced: ADVANCED });
  return sessions.join(connection);
};

it.each<[string, times: number, () => Promise<unknown>]>([
  ['a join', 1, () => joined(null)],
  ['a leave', 1, () => sessions.leave('c')],
  ['what somebody asked for', 1, () => sessions.end('d', { id: 'p' } as never)],
  ['what was decided anew', 1, () => sessions.redecide('d')],
  ['who was lost, and an end', 2, () => sessions.beat()],
])('CS10 %s is told to all nodes', async (_, times, work) => {
  await work();
  expect(publish.mock.calls).toEqual(Array.from({ length: times }, () => [ADVANCED]));
});

it('CS5 CS13 a connection that was refused has joined nothing', async () => {
  await expect(joined(new Refusal('session_full'))).rejects.toMatchObject({ code: 'session_full' });
  expect(sessions.joined('c')).toBeNull();
});

it('CS5 people without a connection are stepped out at first and when a node was swept, until that has gone well', async () => {
  store.stepOutLost.mockRejectedValueOnce(AWAY);
  await sessions.beat();
  await sessions.beat();
  expect(store.stepOutLost).toHaveBeenCalledTimes(2);
  await sessions.beat();
  expect(store.stepOutLost).toHaveBeenCalledTimes(2);
  leases.sweep.mockResolvedValueOnce(1);
  await sessions.beat();
  expect(store.stepOutLost).toHaveBeenCalledTimes(3);
  expect(onError.mock.calls).toEqual([[AWAY]]);
});

it('CS5 a sweep whose answer was lost may have been carried out: people are stepped out after it too', async () => {
  await sessions.beat();
  leases.sweep.mockRejectedValueOnce(AWAY);
  await sessions.beat();
  expect(store.stepOutLost).toHaveBeenCalledTimes(1);
  await sessions.beat();
  expect(store.stepOutLost).toHaveBeenCalledTimes(2);
});

it('CS5 CS12 where thousands of sessions are decided anew, a few are at a time, and whoever was lost is stepped out meanwhile', async () => {
  const { promise: decided, resolve } = Promise.withResolvers<void>();
  let [deciding, most] = [0, 0];
  store.redecide.mockImplementation(async () => {
    most = Math.max(most, (deciding += 1));
    await decided;
    deciding -= 1;
  });
  const diagrams = Array.from({ length: 20 }, (_, index) => `d${index}`);
  const all = Promise.all(diagrams.map((diagram) => sessions.redecide(diagram)));
  await new Promise((turn) => setImmediate(turn));
  expect(deciding).toBeGreaterThan(0);
  await sessions.beat();
  expect(store.stepOutLost).toHaveBeenCalledTimes(1);
  expect(store.expire).toHaveBeenCalledTimes(1);
  resolve();
  await all;
  expect(new Set(store.redecide.mock.calls.flat())).toEqual(new Set(diagrams));
  expect(most).toBeLessThan(5);
  store.redecide.mockReset();
});

it('CS12 a few decisions that fail each time keep no other one from its turn', async () => {
  store.redecide.mockImplementation(async (diagram) => {
    if (diagram !== 'good') throw AWAY;
    return ADVANCED;
  });
  await Promise.all(['d0', 'd1', 'd2', 'd3', 'good'].map((diagram) => sessions.redecide(diagram)));
  for (let times = 0; times < 100 && publish.mock.calls.length === 0; times += 1) await sessions.redecide('d0');
  expect(publish).toHaveBeenCalled();
  store.redecide.mockReset();
});

it('CS7 CS11 sessions end by themselves only while the lease is steady, which is asked again', async () => {
  leases.steady.mockReturnValueOnce(false);
  await sessions.beat();
  expect(store.expire).not.toHaveBeenCalled();
  await sessions.beat();
  expect(store.expire.mock.calls).toEqual([[leases.steady]]);
});

it('CS5 a leave is owed until it is paid, once', async () => {
  store.leave.mockRejectedValueOnce(AWAY);
  await sessions.leave('c');
  await sessions.beat();
  expect(store.leave.mock.calls).toEqual([
    [['c'], []],
    [['c'], []],
  ]);
  await sessions.beat();
  expect(store.leave).toHaveBeenCalledTimes(2);
});

it('CS5 whoever leaves while their joining fails has left', async () => {
  store.join.mockRejectedValueOnce(AWAY);
  const joining = sessions.join(connection);
  const leaving = sessions.leave('c');
  await expect(joining).rejects.toMatchObject({ code: 'unavailable' });
  await leaving;
  expect(store.leave.mock.calls).toEqual([[['c'], ['d']]]);
  expect(onError.mock.calls).toEqual([[AWAY]]);
});

it('CS12 what has been decided anew is not asked about again', async () => {
  await sessions.redecide('d');
  await sessions.beat();
  expect(store.outdatedOn.mock.calls).toEqual([[['d']]]);
});

it('CS8 what is refused is refused for its reason, also where that cannot be written down', async () => {
  store.change.mockRejectedValueOnce(new Refusal('forbidden'));
  store.recordRefusal.mockRejectedValueOnce(AWAY);
  await expect(sessions.command(connection, { type: 'end_session' })).rejects.toMatchObject({ code: 'forbidden' });
  expect(onError.mock.calls).toEqual([[AWAY]]);
});

it('CS10 old notices are forgotten once a minute', async () => {
  for (let beat = 0; beat < 240; beat += 1) await sessions.beat();
  expect(store.forgetNotices).toHaveBeenCalledTimes(2);
});

it('NO5 a beat that takes long is the only one', async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  leases.sweep.mockReturnValueOnce(promise);
  const beats = [sessions.beat(), sessions.beat()];
  await new Promise((turn) => setImmediate(turn));
  void sessions.beat();
  resolve(0);
  await Promise.all(beats);
  expect(leases.sweep).toHaveBeenCalledTimes(1);
});

it.each(['a beat', 'a leave'])(
  'NO1 a node that stops waits a second for %s that is under way, and no longer',
  async (what) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { promise, reject } = Promise.withResolvers<never>();
    if (what === 'a beat') leases.sweep.mockReturnValueOnce(promise);
    else store.leave.mockReturnValueOnce(promise);
    void (what === 'a beat' ? sessions.beat() : sessions.leave('c'));
    await vi.advanceTimersByTimeAsync(0);
    const stopped = vi.fn<() => void>();
    const stopping = sessions.stop().then(stopped);
    await vi.advanceTimersByTimeAsync(999);
    expect(stopped).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await stopping;
    reject(AWAY); // the database is closed by now, of which nobody needs to hear
    await vi.advanceTimersByTimeAsync(0);
    expect(onError).not.toHaveBeenCalled();
  },
);
