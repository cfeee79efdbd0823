/** What one connection shows, before it is known whose its client id is. */
import { expect, it } from 'vitest';
import type { Connection } from '@hocuspocus/server';
import { Refusal } from '../../../src/refusal.ts';
import type { Opened } from '../../../src/sync/intake/hearing.ts';
import { createPresence } from '../../../src/sync/presence/presence.ts';

const ID = 7;

/** Ann's presence: what is shown is the number of each frame, and whose her client id is, is found out when it is answered. */
function play({
  permissions = 'writer',
  owner = 'ann',
}: { permissions?: 'writer' | 'reader'; owner?: string | null } = {}) {
  const [shown, asked, closes, faults]: [number[], string[], number[], unknown[]] = [[], [], [], []];
  const owners = new Map<number, string>();
  const answers: (() => void)[] = [];
  const ask = (question: string, found: string | null) =>
    new Promise<void>((resolve) => {
      asked.push(question);
      answers.push(() => {
        if (found) owners.set(ID, found);
        resolve();
      });
    });
  const at = { permissions };
  const guard = {
    receive(_connection: Connection, _person: unknown, [number]: Uint8Array, isTheirs: (id: number) => boolean) {
      if (number === 255) throw new Refusal('invalid');
      if (!isTheirs(ID)) return ID;
      if (number === 254) throw new Error('injected');
      shown.push(number!);
      return null;
    },
  };
  const close = ({ code }: { code: number }) => {
    closes.push(code);
    presence.end();
  };
  const presence = createPresence(guard, close, (error) => void faults.push(error));
  const replica = { owners, lookUp: () => ask('look up', owner), claim: () => ask('claim', owner) };
  const opened = { replica, standing: () => ({ person: { id: 'ann' }, ...at }) } as unknown as Opened;
  const answer = async () => {
    answers.shift()!();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const show = (...numbers: number[]) => numbers.forEach((number) => presence.receive(new Uint8Array([number])));
  return {
    presence,
    show,
    open: () => presence.open({} as Connection, opened),
    answer,
    shown,
    asked,
    closes,
    faults,
    at,
  };
}

it('AC6 nothing is shown before it is known whose the client id is, and then in order', async () => {
  const { show, open, answer, shown, asked } = play();
  show(1, 2);
  open();
  show(3);
  expect([shown, asked]).toEqual([[], ['claim']]);
  await answer();
  show(4);
  expect([shown, asked]).toEqual([[1, 2, 3, 4], ['claim']]);
});

it('AC6 a client id that is somebody else’s ends the connection, and nothing of it is shown', async () => {
  for (const permissions of ['writer', 'reader'] as const) {
    const { show, open, answer, shown, closes } = play({ permissions, owner: 'bob' });
    open();
    show(1, 2);
    await answer();
    show(3);
    expect([shown, closes]).toEqual([[], [4400]]);
  }
});

it('AC6 what a reader shows is not written down as theirs before they are a writer', async () => {
  const { presence, show, open, answer, shown, asked, at } = play({ permissions: 'reader', owner: null });
  open();
  show(1);
  await answer();
  presence.welcome(); // it is not true yet
  expect([shown, asked]).toEqual([[1], ['look up']]);
  at.permissions = 'writer';
  presence.welcome();
  expect(asked).toEqual(['look up', 'claim']);
});

it('AC6 nor is it missed where they become one while it is found out', async () => {
  const { presence, show, open, answer, asked, at } = play({ permissions: 'reader', owner: null });
  open();
  show(1);
  at.permissions = 'writer';
  presence.welcome();
  await answer();
  expect(asked).toEqual(['look up', 'claim']);
});

it('AC6 nothing is written down of whoever has gone while it was found out', async () => {
  const { presence, show, open, answer, asked, at } = play({ permissions: 'reader', owner: null });
  open();
  show(1);
  at.permissions = 'writer';
  presence.end();
  await answer();
  expect(asked).toEqual(['look up']);
});

it('NO3 of much that waits only the last is kept, nothing that is large, and nothing once it has ended', async () => {
  const { presence, show, open, answer, shown } = play();
  show(1, 2, 3, 4, 5, 6);
  presence.receive(new Uint8Array(65_537));
  open();
  await answer();
  expect(shown).toEqual([3, 4, 5, 6]);
  const gone = play();
  gone.show(1);
  gone.presence.end();
  gone.open();
  expect(gone.asked).toEqual([]);
});

it('AC6 a frame that cannot be read ends the connection', () => {
  const { show, open, closes } = play();
  open();
  show(255);
  expect(closes).toEqual([4400]);
});

it('NO5 trouble with what has waited until it was known whose the client id is, is told', async () => {
  const { show, open, answer, faults } = play();
  open();
  show(254);
  await answer();
  expect(faults).toEqual([new Error('injected')]);
});
