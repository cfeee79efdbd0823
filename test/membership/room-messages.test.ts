/** What the clients of a room are told, in the ids of the room's own API, and who has to leave it. */
import { describe, expect, it } from 'vitest';
import { toUlid } from '../../src/identity/spelling.ts';
import { createAnnounce, type RoomEvent } from '../../src/membership/announce.ts';
import type { Member } from '../../src/membership/kind.ts';
import { departed, roomMessage, roomName } from '../../src/membership/room-messages.ts';

const AT = '2026-11-21T09:30:00.000Z';
const ada = { id: '019aa438-fd1a-7b2e-8f3c-4d5e6f708192', number: 1, email: 'ada@example.com' };
const grace = {
  id: '019aa438-fd1a-7b2e-8f3c-4d5e6f708193',
  number: 2,
  email: 'grace@example.com',
  username: 'grace',
  fullName: 'Grace',
  avatarUrl: null,
};
const member: Member = {
  person: grace,
  role: 'member',
  addedAt: new Date('2026-11-20T09:00:00.000Z'),
  addedBy: ada.id,
  number: 12,
};
const container = '019aa439-0000-7000-8000-000000000001';

/** As the database gives it back. */
const notice = (event: RoomEvent) => ({ payload: JSON.parse(JSON.stringify(event)) as unknown, at: AT });

describe('a change of a roster', () => {
  it('is told in a workspace with UUIDs', () => {
    expect(roomMessage('workspace', container, notice({ action: 'change', member, by: ada }))).toEqual({
      type: 'member_changed',
      timestamp: AT,
      kind: 'workspace',
      container_id: container,
      by: ada.id,
      member: {
        user_id: grace.id,
        workspace_id: container,
        role: 'member',
        joined_at: '2026-11-20T09:00:00.000Z',
        profile: { email: grace.email, full_name: 'Grace', avatar_url: null },
      },
    });
  });

  it('is told in a group with ULIDs', () => {
    expect(roomMessage('group', container, notice({ action: 'add', member, by: ada }))).toEqual({
      type: 'member_added',
      timestamp: AT,
      kind: 'group',
      container_id: toUlid(container),
      by: toUlid(ada.id),
      member: {
        user_id: toUlid(grace.id),
        username: 'grace',
        email: grace.email,
        added_at: '2026-11-20T09:00:00.000Z',
        added_by: toUlid(ada.id),
      },
    });
  });

  it('is told in a conversation with numbers', () => {
    expect(roomMessage('conversation', '7', notice({ action: 'remove', member, by: ada }))).toEqual({
      type: 'participant_removed',
      timestamp: AT,
      conversation_id: 7,
      by: 1,
      participant: {
        participant_id: 12,
        user_id: 2,
        email: grace.email,
        username: 'grace',
        role: 'member',
        joined_at: '2026-11-20T09:00:00.000Z',
      },
    });
  });

  it('MB7 sends the one who was removed out of the room, and nobody else', () => {
    expect(departed(notice({ action: 'remove', member, by: ada }))).toBe(grace.id);
    expect(departed(notice({ action: 'add', member, by: ada }))).toBeNull();
    expect(departed(notice({ action: 'change', member, by: ada }))).toBeNull();
  });
});

it('MB9 of whoever did it a notice keeps what a room may need, and nothing else', async () => {
  const kept: unknown[] = [];
  const em = {
    execute: async (_: string, values: unknown[]) => {
      kept.push(JSON.parse(values[2] as string));
      return [{ revision: 1 }];
    },
  };
  const by = { ...ada, fullName: 'Ada', platformAdmin: true };
  const announce = createAnnounce({} as never, () => {});
  await announce.write(em as never, { kind: 'group', container }, { action: 'remove', member, by });
  expect(kept).toMatchObject([{ action: 'remove', member: { number: 12 } }]);
  expect(kept).toEqual([expect.objectContaining({ by: ada })]);
});

describe('handing over a group', () => {
  const handOver = (row: Member | null) =>
    notice({ action: 'hand_over', from: ada.id, to: grace.id, member: row, by: ada });

  it('tells of the row that went, and of nothing if there was none', () => {
    expect(roomMessage('group', container, handOver(member))).toMatchObject({
      type: 'member_removed',
      member: { email: grace.email },
    });
    expect(roomMessage('group', container, handOver(null))).toBeNull();
  });

  it('sends the old owner out of the room, not the new one', () => {
    expect(departed(handOver(member))).toBe(ada.id);
    expect(departed(handOver(null))).toBe(ada.id);
  });
});

describe('a message', () => {
  const message = { id: 40, conversation: 7, author: 2, body: 'Hello?', createdAt: new Date(AT) };

  it('is told as REST writes it, and sends nobody away', () => {
    const said = notice({ action: 'message', message });
    expect(roomMessage('conversation', '7', said)).toEqual({
      type: 'message_created',
      timestamp: AT,
      conversation_id: 7,
      message: { id: 40, conversation_id: 7, user_id: 2, body: 'Hello?', created_at: AT },
    });
    expect(departed(said)).toBeNull();
  });
});

it('a room is named in the spelling of its API', () => {
  expect(roomName({ kind: 'group', container })).toBe(`group:${toUlid(container)}`);
  expect(roomName({ kind: 'workspace', container })).toBe(`workspace:${container}`);
  expect(roomName({ kind: 'conversation', container: '7' })).toBe('conversation:7');
});
