/** What the SDK does with a copy of a diagram on this device, whatever keeps it: a store that the test plays. */
import { describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { openCopy, type OfflineCopy } from '../../src/client/live/offline-copy.ts';
import { playedClock } from './played.ts';

const token = `.${btoa(JSON.stringify({ sub: 'ann' }))}.`;
const settle = () => new Promise<void>((resolve) => setTimeout(resolve));

/** A copy, and what is heard of its store. @param given who is signed in, each time somebody asks: a token, or nobody */
function play({
  given = [token],
  prepare = async () => {},
  ...played
}: Partial<OfflineCopy> & { given?: (string | null | Error)[]; prepare?: () => Promise<void> } = {}) {
  const heard: unknown[] = [];
  const names: string[] = [];
  const clock = playedClock();
  const kept = {
    origin: null,
    loaded: Promise.resolve(0),
    stopped: new Promise<void>(() => {}),
    note: (unsaved: number) => heard.push(`note ${unsaved}`),
    close: async () => void heard.push('close'),
    forget: async () => void heard.push('forget'),
    ...played,
  };
  const copy = openCopy({
    store: { prepare, attach: (name) => (names.push(name), heard.push('attach'), kept) },
    server: 'http://localhost',
    diagram: 'D-1',
    document: new Y.Doc(),
    tokens: {
      async current() {
        const next = given.length > 1 ? given.shift()! : given[0]!;
        if (next instanceof Error) throw next;
        return next;
      },
      insteadOf: async () => null,
    },
    clock,
    restored: (unsaved) => heard.push(`restored ${unsaved}`),
    keeps: (value) => heard.push(value ? 'keeps' : 'keeps nothing'),
  });
  return { copy, heard, names, clock };
}

describe('SD5 a copy on the device', () => {
  it('is opened once somebody is known, also where nobody was before', async () => {
    const { copy, heard } = play({ given: [new Error('the sign-in service is away'), null, 'no token', token] });
    for (let asked = 0; asked < 3; asked += 1) await copy.open();
    expect(heard).toEqual([]);
    await copy.open();
    await copy.open();
    expect(heard).toEqual(['attach', 'restored 0', 'note 0', 'keeps']);
  });

  it('is found again under one name for each person, server and diagram, in every version', async () => {
    const { copy, names } = play({ given: [`.${btoa('{"sub":"an n"}')}.`] });
    await copy.open();
    expect(names).toEqual(['roundtable http%3A%2F%2Flocalhost an%20n d-1']);
  });

  it('is none where the store cannot be used, and nobody waits for it', async () => {
    const { copy, heard } = play({ prepare: () => Promise.reject(new Error('a private window')) });
    await copy.open();
    expect(heard).toEqual([]);
  });

  it('keeps the count of an earlier page until that was told, however long it takes', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const { copy, heard, clock } = play({ loaded: promise });
    const opening = copy.open();
    copy.note(1);
    await settle();
    clock.pass(5000);
    await opening;
    copy.note(2);
    expect(heard).toEqual(['attach']);
    resolve(3);
    await settle();
    copy.note(5);
    expect(heard).toEqual(['attach', 'restored 3', 'note 2', 'keeps', 'note 5']);
  });

  it('says when it keeps nothing any more, or never did', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const taken = play({ stopped: promise });
    await taken.copy.open();
    resolve();
    await settle();
    expect(taken.heard.slice(-2)).toEqual(['keeps', 'keeps nothing']);

    const { promise: loaded, resolve: load } = Promise.withResolvers<number>();
    const early = play({ loaded, stopped: Promise.resolve() });
    const opening = early.copy.open();
    await settle();
    load(0);
    await opening;
    expect(early.heard.slice(-1)).toEqual(['keeps nothing']);

    const broken = play({ loaded: Promise.reject(new Error('the device is full')) });
    await broken.copy.open();
    expect(broken.heard.slice(-1)).toEqual(['keeps nothing']);
  });

  it('is removed when somebody says so, also before it was open', async () => {
    const early = play();
    await early.copy.close(true);
    expect(early.heard).toEqual(['attach', 'forget']);

    const midway = play();
    void midway.copy.open();
    await midway.copy.close(true);
    expect(midway.heard).toEqual(['attach', 'forget']);

    const open = play();
    await open.copy.open();
    await open.copy.close(true);
    expect(open.heard.slice(-1)).toEqual(['forget']);
  });

  it('is removed also where it was only closed before, open or not', async () => {
    const open = play();
    await open.copy.open();
    await open.copy.close(false);
    await open.copy.close(true);
    expect(open.heard.slice(-2)).toEqual(['close', 'forget']);

    const early = play();
    const opening = early.copy.open();
    await early.copy.close(false);
    await opening;
    await early.copy.close(true);
    expect(early.heard).toEqual(['attach', 'forget']);
  });

  it('is not opened any more once the diagram was left', async () => {
    const { copy, heard } = play();
    const opening = copy.open();
    await copy.close(false);
    await opening;
    expect(heard).toEqual([]);

    const { promise, resolve } = Promise.withResolvers<number>();
    const coming = play({ loaded: promise });
    void coming.copy.open();
    await settle();
    await coming.copy.close(false);
    resolve(3);
    await settle();
    expect(coming.heard).toEqual(['attach', 'close']);
  });

  it.each([false, true])('that cannot be closed fails nothing (forget: %s)', async (forget) => {
    const failed = vi.fn();
    const end = () => Promise.reject(new Error('the device is full'));
    process.on('unhandledRejection', failed);
    try {
      const { copy } = play({ close: end, forget: end });
      await copy.open();
      void copy.close(forget);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(failed).not.toHaveBeenCalled();
    } finally {
      process.off('unhandledRejection', failed);
    }
  });
});
