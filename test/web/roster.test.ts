/** Who is here, as the page keeps it. */
import { describe, expect, it } from 'vitest';
import { hear, nameIn, rosterOf, type Roster } from '../../src/web/room/roster.ts';
import { readServerMessage, type Participant, type Session } from '../../src/web/wire.ts';

const ME = 'grace@example.com';

function participant(user_id: string, permissions: 'reader' | 'writer' = 'writer'): Participant {
  return {
    user_id,
    permissions,
    joined_at: '',
    is_host: false,
    is_presenter: false,
    name: 'Somebody',
    color: '#000000',
  };
}
const roster: Roster = {
  session: 's',
  revision: 5,
  participants: [participant(ME)],
  host: 'ada@example.com',
  presenter: 'ada@example.com',
  permissions: 'writer',
};
const update = (session_id: string, revision: number, participants: Participant[]) => ({
  type: 'participants_update' as const,
  session_id,
  revision,
  participants,
  host: ME,
  presenter: ME,
});

describe('the roster', () => {
  it('takes an update of the same or a newer revision, with my permissions in it', () => {
    const heard = hear(roster, update('s', 5, [participant(ME, 'reader')]), ME);
    expect(heard).toMatchObject({ revision: 5, host: ME, presenter: ME, permissions: 'reader' });
  });

  it('CS10 does not go back to an older revision of the same session', () => {
    expect(hear(roster, update('s', 4, []), ME)).toBe(roster);
  });

  it('starts again with another session', () => {
    expect(hear(roster, update('t', 1, []), ME)).toMatchObject({ session: 't', revision: 1, permissions: 'writer' });
  });

  it('AC4 takes a change of my permissions', () => {
    expect(hear(roster, { type: 'permission_changed', permissions: 'reader' }, ME).permissions).toBe('reader');
  });

  it('begins with what REST says, and with the role of the threat model while I am not in it yet', () => {
    const session = { session_id: null, revision: null, host: null, presenter: null, participants: [] };
    expect(rosterOf(session as unknown as Session, ME, 'reader')).toEqual({
      session: null,
      revision: 0,
      participants: [],
      host: null,
      presenter: null,
      permissions: 'reader',
    });
  });

  it('calls people by name while they are here, and by email after', () => {
    expect(nameIn(roster, ME)).toBe('Somebody');
    expect(nameIn(roster, 'gone@example.com')).toBe('gone@example.com');
  });
});

it.each(['', 'null', '1', '"text"', '{}', '{"type":1}', '{'])('the payload %s is not a message', (payload) => {
  expect(readServerMessage(payload)).toBeNull();
});
