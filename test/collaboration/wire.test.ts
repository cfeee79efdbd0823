import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coloursOf } from '../../src/collaboration/colour.ts';
import { viewOf, type SessionView } from '../../src/collaboration/session-view.ts';
import { awarenessStamp, participantsUpdate, sessionOnWire } from '../../src/collaboration/wire.ts';
import type { Person } from '../../src/identity/person.ts';

const person = (name: string, fullName: string | null): Person => ({
  id: `id of ${name}`,
  number: 1,
  email: `${name}@example.com`,
  username: name,
  fullName,
  avatarUrl: fullName ? `https://example.com/${name}.png` : null,
});
const ada = person('ada', 'Ada Lovelace');
const bob = person('bob', null);
const view: SessionView = {
  session: 'session',
  diagram: 'diagram',
  revision: 7,
  host: ada,
  presenter: bob,
  startedAt: new Date(0),
  participants: [
    { person: ada, permissions: 'writer', joinedAt: new Date(1), isHost: true, isPresenter: false, colour: '#111111' },
    { person: bob, permissions: 'reader', joinedAt: new Date(2), isHost: false, isPresenter: true, colour: '#222222' },
  ],
  attendance: [
    { person: ada, joinedAt: new Date(1), leftAt: null },
    { person: bob, joinedAt: new Date(2), leftAt: new Date(3) },
  ],
};
const place = {
  threatModel: { id: 'model', name: 'Model' },
  diagram: { id: 'diagram', name: 'Diagram' },
  websocketUrl: 'ws://localhost/ws',
};

describe('a session on the wire', () => {
  it('CS10 the list is the same in REST, in an update and in awareness', () => {
    const rest = sessionOnWire(place, view);
    const update = participantsUpdate(view, new Date(9));
    expect(update).toEqual({
      type: 'participants_update',
      timestamp: '1970-01-01T00:00:00.009Z',
      session_id: 'session',
      revision: 7,
      host: 'ada@example.com',
      presenter: 'bob@example.com',
      participants: rest.participants,
    });
    const [, second] = view.participants;
    expect(second && awarenessStamp(second)).toEqual({
      participant: {
        user_id: 'bob@example.com',
        permissions: 'reader',
        is_host: false,
        is_presenter: true,
        joined_at: '1970-01-01T00:00:00.002Z',
      },
      user: { name: 'bob', color: rest.participants[1]?.color },
    });
  });

  it('has the members of the contract, and no others', () => {
    expect(sessionOnWire(place, view)).toEqual({
      session_id: 'session',
      revision: 7,
      threat_model_id: 'model',
      threat_model_name: 'Model',
      diagram_id: 'diagram',
      diagram_name: 'Diagram',
      host: 'ada@example.com',
      presenter: 'bob@example.com',
      started_at: '1970-01-01T00:00:00.000Z',
      participants: [
        {
          user_id: 'ada@example.com',
          permissions: 'writer',
          joined_at: '1970-01-01T00:00:00.001Z',
          is_host: true,
          is_presenter: false,
          name: 'Ada Lovelace',
          color: '#111111',
          avatar_url: 'https://example.com/ada.png',
        },
        {
          user_id: 'bob@example.com',
          permissions: 'reader',
          joined_at: '1970-01-01T00:00:00.002Z',
          is_host: false,
          is_presenter: true,
          name: 'bob',
          color: '#222222',
          avatar_url: null,
        },
      ],
      attendance: [
        { user_id: 'ada@example.com', joined_at: '1970-01-01T00:00:00.001Z', left_at: null },
        { user_id: 'bob@example.com', joined_at: '1970-01-01T00:00:00.002Z', left_at: '1970-01-01T00:00:00.003Z' },
      ],
      document_name: 'diagram:diagram',
      websocket_url: 'ws://localhost/ws',
    });
  });

  it('without an active session has null values and empty lists, and says where to connect', () => {
    expect(sessionOnWire(place, null)).toMatchObject({
      session_id: null,
      revision: null,
      host: null,
      presenter: null,
      started_at: null,
      participants: [],
      attendance: [],
      document_name: 'diagram:diagram',
      websocket_url: 'ws://localhost/ws',
    });
  });
});

describe('the colours of the people in a session', () => {
  const partsOf = (colour: string) =>
    [1, 3, 5]
      .map((from) => Number.parseInt(colour.slice(from, from + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = partsOf(colour);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  /** In OKLab, where equal distances look equally far. */
  const distance = (one: string, other: string) => Math.hypot(...lab(one).map((part, at) => part - lab(other)[at]!));
  const people = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 40, size: 'max' });
  const worn = (ids: readonly string[]) => [...coloursOf(ids).values()];

  it('can be read on white and on black, whoever it is', () => {
    fc.assert(
      fc.property(people, (ids) => {
        for (const light of worn(ids).map(luminance)) {
          expect(1.05 / (light + 0.05)).toBeGreaterThan(4.5);
          expect((light + 0.05) / 0.05).toBeGreaterThan(4.5);
        }
      }),
    );
  });

  it('are clearly different for ten people, and shared by as few as can be when there are more', () => {
    fc.assert(
      fc.property(people, (ids) => {
        const colours = worn(ids);
        for (const [at, one] of colours.slice(0, 10).entries())
          for (const other of colours.slice(0, at)) expect(distance(one, other)).toBeGreaterThan(0.09);
        const most = Math.max(...colours.map((one) => colours.filter((other) => other === one).length));
        expect(most).toBe(Math.ceil(ids.length / 10));
      }),
    );
  });

  it('stay as they are when somebody comes, and follow from who came', () => {
    fc.assert(
      fc.property(people, (ids) => {
        expect(worn(ids.slice(0, -1))).toEqual(worn(ids).slice(0, -1));
        expect(coloursOf(ids)).toEqual(coloursOf([...ids]));
      }),
    );
    const ids = Array.from({ length: 50 }, (_, number) => `person ${number}`);
    expect(new Set(ids.flatMap((id) => worn([id]))).size).toBe(10);
  });

  it('stay as they are when somebody leaves', () => {
    const everybody = Array.from({ length: 10 }, (_, number) => person(`person ${number}`, null));
    const seen = (gone: number) => {
      const attendance = everybody.map(({ id: user }, at) => {
        const presence = at < gone ? ({ kind: 'left', at: 99 } as const) : ({ kind: 'connected' } as const);
        return { user, permissions: 'writer' as const, joinedAt: at, presence };
      });
      const presenter = everybody.at(-1)!.id;
      const value = { kind: 'active', revision: 1, startedAt: 0, host: presenter, presenter, attendance } as const;
      const stored = {
        id: 'session',
        diagram: 'diagram',
        value,
        people: new Map(everybody.map((one) => [one.id, one])),
      };
      return viewOf(stored).participants.map(({ colour }) => colour);
    };
    for (let gone = 1; gone < 10; gone += 1) expect(seen(gone)).toEqual(seen(0).slice(gone));
  });

  function lab(colour: string): number[] {
    const [red = 0, green = 0, blue = 0] = partsOf(colour);
    const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    const medium = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    return [
      0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
      1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
      0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short,
    ];
  }
});
