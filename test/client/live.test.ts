/** The parts of an open diagram that are pure, or nearly so. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { cellsOf, listCells, putCell, removeCell, RoundtableError, type Roster } from '../../src/client/index.ts';
import { createEmitter } from '../../src/client/emitter.ts';
import { createAsking } from '../../src/client/live/asking.ts';
import { hearBrowser } from '../../src/client/live/browser.ts';
import { afterEntering, afterSubmitting, reconnecting, trying } from '../../src/client/live/ending.ts';
import { shown, told } from '../../src/client/live/roster.ts';
import { hear, initialState } from '../../src/client/live/state.ts';
import { throttle } from '../../src/client/live/throttle.ts';
import { endWords } from '../../src/client/live/words.ts';
import { playedClock } from './played.ts';

const roster = (session_id: string, revision: number): Roster => ({
  session_id,
  revision,
  participants: [],
  host: 'h',
  presenter: 'p',
});

describe('CS10 of several lists the newest is right', () => {
  it('an older one of the same session changes nothing, a new session’s does', () => {
    const known = roster('s', 7);
    expect(told(known, roster('s', 6))).toBe(known);
    expect(told(known, roster('s', 8)).revision).toBe(8);
    expect(told(known, roster('t', 1)).session_id).toBe('t');
    expect(told(null, roster('s', 1)).revision).toBe(1);
  });

  it('of the nodes’ awareness entries the one with the greatest revision, of this session only', () => {
    const known = roster('s', 7);
    const entry = (session: string, revision: number) => ({ kind: 'session', ...roster(session, revision) });
    expect(shown(known, [entry('s', 6), entry('s', 9), entry('s', 8)])).toEqual(roster('s', 9));
    expect(shown(known, [entry('t', 20), { kind: 'other' }, null, 'x', { ...entry('s', 9), kind: 'person' }])).toBe(
      known,
    );
    expect(shown(null, [entry('s', 9)])).toBeNull();
  });
});

describe('SD4 what a message makes of the state', () => {
  const timestamp = '';

  it('CS10 an older list changes nothing', () => {
    const known = hear(initialState, { type: 'participants_update', timestamp, ...roster('s', 7) });
    expect(known.host).toBe('h');
    const older = { ...roster('s', 6), host: 'somebody else' };
    expect(hear(known, { type: 'participants_update', timestamp, ...older })).toBe(known);
  });

  it('CS8 who asks twice to present stands in the list once; what was refused is not waited for', () => {
    const ask = (state: typeof initialState, user_id: string) =>
      hear(state, { type: 'presenter_request_event', timestamp, user_id });
    expect(['g', 'l', 'g'].reduce(ask, initialState).presenterRequests).toEqual(['l', 'g']);
    const asked = { ...initialState, askedToPresent: true };
    const refused = (request_type: string) =>
      hear(asked, { type: 'error', timestamp, code: 'forbidden', message: '', request_type }).askedToPresent;
    expect([refused('presenter_request'), refused('update')]).toEqual([false, true]);
  });

  it('what one presenter shows is put together, and nothing of another one before is in it', () => {
    const show = { type: 'presenter_view', timestamp, session_id: 's' } as const;
    const viewport = { x: 1, y: 2, zoom: 1 };
    const first = hear(initialState, { ...show, user_id: 'h', viewport });
    const cursor = { x: 3, y: 4 };
    expect(hear(first, { ...show, user_id: 'h', cursor }).view).toEqual({ user_id: 'h', viewport, cursor });
    expect(hear(first, { ...show, user_id: 'p', cursor }).view).toEqual({ user_id: 'p', cursor });
  });
});

describe('SD4 getting in', () => {
  const settle = () => new Promise<void>((resolve) => setTimeout(resolve));
  const refusal = (code: RoundtableError['code'], retryAfter?: number) =>
    new RoundtableError({ code, status: 0, message: code, retryAfter });

  function enter(outcomes: (Error | null)[], after = afterEntering) {
    const clock = playedClock();
    const heard: unknown[] = [];
    const signals: AbortSignal[] = [];
    const entering = createAsking({
      clock,
      after,
      async ask(signal) {
        signals.push(signal);
        const outcome = outcomes.shift();
        if (outcome instanceof Error) throw outcome;
      },
      answered: () => heard.push('found'),
      trying: () => heard.push('trying'),
      waiting: (reason, attempt, until) => heard.push([reason, attempt, until - clock.now()]),
      ended: (reason) => heard.push(reason),
    });
    return { clock, heard, entering, signals };
  }

  it('is tried again where that may help, after pauses that grow, or that the server names', async () => {
    const { clock, heard, entering } = enter([
      refusal('unreachable'),
      refusal('unavailable'),
      refusal('rate_limited', 30),
      new Error('no token'),
      null,
    ]);
    entering.begin();
    for (const ms of [500, 2000, 30_000, 8000]) {
      await settle();
      expect(entering.busy).toBe(true);
      clock.pass(ms);
    }
    await settle();
    expect(heard).toEqual([
      'trying',
      ['unreachable', 1, 500],
      'trying',
      ['server_busy', 2, 2000],
      'trying',
      ['too_many', 3, 30_000],
      'trying',
      ['no_token', 4, 8000],
      'trying',
      'found',
    ]);
    expect(entering.busy).toBe(false);
    expect(afterEntering(refusal('internal'))).toEqual({ wait: 'server_busy' });
  });

  it('and what is here is brought, until the server takes it or will not', async () => {
    const { clock, heard, entering } = enter([refusal('unavailable'), refusal('payload_too_large')], afterSubmitting);
    entering.begin();
    await settle();
    clock.pass(1000);
    await settle();
    expect(heard).toEqual(['trying', ['server_busy', 1, 1000], 'trying', 'refused_edit']);
    expect(afterSubmitting(refusal('unauthenticated'))).toEqual({ end: 'signed_out' });
    // Who is a reader now may still be in, and takes along what they changed.
    expect(afterSubmitting(refusal('forbidden'))).toEqual({ end: 'refused_edit' });
  });

  it('ends where it may not', async () => {
    for (const [code, reason] of [
      ['removed_from_session', 'removed'],
      ['forbidden', 'no_access'],
      ['not_found', 'not_found'],
      ['unauthenticated', 'signed_out'],
    ] as const) {
      const { heard, entering } = enter([refusal(code)]);
      entering.begin();
      await settle();
      expect([heard, entering.busy]).toEqual([['trying', reason], false]);
    }
  });

  it('is of no interest any more once it was stopped or begun again', async () => {
    const { clock, heard, entering, signals } = enter([refusal('unreachable'), null, null, refusal('unreachable')]);
    entering.begin();
    await settle();
    entering.begin();
    await settle();
    clock.pass(60_000);
    entering.begin();
    entering.begin();
    entering.stop();
    await settle();
    expect(heard).toEqual(['trying', ['unreachable', 1, 500], 'trying', 'found', 'trying', 'trying']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false, true, true]);
  });

  it('is tried again at once when the browser is online again, and not twice at the same time', async () => {
    const page = new EventTarget();
    const remove = vi.fn();
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    vi.stubGlobal('removeEventListener', remove);
    const busy = [1, 2, 3].map(() => refusal('unavailable'));
    const { clock, heard, entering } = enter(busy);
    const online = () => page.dispatchEvent(new Event('online'));
    entering.begin();
    await settle();
    online();
    online();
    await settle();
    expect(heard.splice(0)).toEqual(['trying', ['server_busy', 1, 1000], 'trying', ['server_busy', 2, 2000]]);
    clock.pass(1999);
    expect(heard).toEqual([]);
    entering.stop();
    online();
    clock.pass(1);
    expect(heard).toEqual([]);
    entering.destroy();
    expect(remove).toHaveBeenCalledWith('online', expect.any(Function));
    vi.unstubAllGlobals();
  });

  it('does not begin any more once it was left', async () => {
    const { heard, entering } = enter([null]);
    entering.destroy();
    entering.begin();
    await settle();
    expect([heard, entering.busy]).toEqual([[], false]);
  });
});

it('SD4 an attempt that is under way is no time to wait for, and what lost its connection is not live', () => {
  expect(trying(reconnecting('unreachable', 'en', 2, 5), 'en')).toEqual(reconnecting('unreachable', 'en', 2, null));
  const attempt = reconnecting('unreachable', 'en');
  expect(trying(attempt, 'en')).toBe(attempt);
  expect(trying({ kind: 'live' }, 'en')).toEqual(reconnecting('no_token', 'en'));
  expect(trying({ kind: 'connecting' }, 'en')).toEqual({ kind: 'connecting' });
});

describe('a throttle', () => {
  it('sends the first at once, and of the others the last, merged', () => {
    const clock = playedClock();
    const sent: number[][] = [];
    const offer = throttle<number[]>(
      clock,
      50,
      (value) => sent.push(value),
      (waiting, value) => [...waiting, ...value],
    );
    offer([1]);
    offer([2]);
    offer([3]);
    expect(sent).toEqual([[1]]);
    clock.pass(50);
    expect(sent).toEqual([[1], [2, 3]]);
    clock.pass(500);
    offer([4]);
    expect(sent).toHaveLength(3);
    offer([5]);
    offer.stop();
    clock.pass(500);
    expect(sent).toHaveLength(3);
    offer([6]);
    offer.stop();
    offer([7]); // of an effect that has begun anew
    expect(sent.slice(3)).toEqual([[6], [7]]);
  });
});

describe('the browser', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('says when the device is offline and online; elsewhere nobody does', () => {
    const page = new EventTarget();
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
    const heard: string[] = [];
    const stop = hearBrowser({ offline: () => heard.push('offline'), online: () => heard.push('online') });
    page.dispatchEvent(new Event('offline'));
    page.dispatchEvent(new Event('online'));
    stop();
    page.dispatchEvent(new Event('online'));
    expect(heard).toEqual(['offline', 'online']);
    vi.stubGlobal('addEventListener', undefined);
    hearBrowser({ online: () => heard.push('never') })();
  });
});

describe('an emitter', () => {
  it('tells everybody who listens, in order, until they stop', () => {
    const { on, emit, clear } = createEmitter<{ said: string }>();
    const heard: string[] = [];
    const listener = (word: string) => heard.push(word);
    const stop = on('said', listener);
    on('said', listener);
    emit('said', 'a');
    stop();
    emit('said', 'b');
    clear();
    emit('said', 'c');
    expect(heard).toEqual(['a', 'a', 'b']);
  });

  it('tells what a listener makes happen after what it has heard, and then what was the last', () => {
    const { on, emit, clear } = createEmitter<{ said: string }>();
    const heard: string[] = [];
    const stop = on('said', (word) => {
      heard.push(`first ${word}`);
      if (word !== 'a') return;
      emit('said', 'b');
      on('said', (later) => heard.push(`new ${later}`));
      emit('said', 'c');
      clear();
      emit('said', 'd');
      stop();
    });
    on('said', (word) => heard.push(`second ${word}`));
    emit('said', 'a');
    expect(heard).toEqual(['first a', 'second a', 'second b', 'second c', 'new c']);
  });
});

it('an emitter reports what a listener throws, and tells the others all the same', () => {
  const reported: (() => void)[] = [];
  vi.stubGlobal('queueMicrotask', (work: () => void) => reported.push(work));
  const { on, emit } = createEmitter<{ said: string }>();
  const heard: string[] = [];
  on('said', () => {
    throw new Error('it is broken');
  });
  on('said', (word) => heard.push(word));
  emit('said', 'a');
  emit('said', 'b');
  vi.unstubAllGlobals();
  expect(heard).toEqual(['a', 'b']);
  expect(reported).toHaveLength(2);
  expect(reported[0]).toThrow('it is broken');
});

describe('cells', () => {
  it('are put, changed member by member, listed in order, and removed with their edges', () => {
    const document = new Y.Doc();
    const cells = cellsOf(document);
    const at = (id: string, z: number) => ({ id, shape: 'process', x: 0, y: 0, width: 1, height: 1, label: id, z });
    let updates = 0;
    document.on('update', () => (updates += 1));
    putCell(cells, at('b', 2));
    putCell(cells, at('a', 2));
    putCell(cells, at('c', 1));
    putCell(cells, { id: 'flow', shape: 'flow', source: { cell: 'a' }, target: { cell: 'b' }, z: 3, label: undefined });
    expect(listCells(cells).map(({ id }) => id)).toEqual(['c', 'a', 'b', 'flow']);
    expect(updates).toBe(4);
    putCell(cells, at('a', 2));
    expect(updates).toBe(4);
    putCell(cells, { id: 'a', label: 'A', x: 5 });
    expect([updates, listCells(cells)[1]]).toEqual([5, { ...at('a', 2), label: 'A', x: 5 }]);
    removeCell(cells, 'a');
    expect([updates, listCells(cells).map(({ id }) => id)]).toEqual([6, ['c', 'b']]);
    cells.set('odd', 'not a cell' as never);
    expect(listCells(cells)).toHaveLength(2);
  });
});

it('every end has a sentence in both languages', () => {
  expect(Object.keys(endWords.pl)).toEqual(Object.keys(endWords.en));
  for (const sentences of Object.values(endWords))
    for (const sentence of Object.values(sentences)) expect(sentence).toMatch(/\.$/);
});
