/** A conversation, its participants and messages. Platform admins and the conversation's admins manage it (MB7). */
import { defineEntity, p } from '@mikro-orm/core';
import { REQUEST_ROLE } from '../request-role.ts';
import { Diagram } from './diagram.ts';
import { Profile } from './profile.ts';

export const conversationRoles = ['member', 'moderator', 'admin'] as const;

const roles = [REQUEST_ROLE];
const reads = (column: string) => `is_platform_admin() or ${column} in (select my_conversations())`;
const manages = (column: string) => `is_platform_admin() or conversation_role(${column}) = 'admin'`;

export const Conversation = defineEntity({
  name: 'Conversation',
  properties: {
    id: p.integer().primary(),
    title: p.text(),
    diagram: () => p.manyToOne(Diagram).mapToPk().nullable().deleteRule('set null').index(),
    revision: p.integer().default(0),
    createdAt: p.datetime(3).defaultRaw('now()'),
  },
  policies: [
    { name: 'conversation_read', command: 'select', roles, using: reads('id') },
    { name: 'conversation_change', command: 'update', roles, using: manages('id'), check: manages('id') },
    { name: 'conversation_delete', command: 'delete', roles, using: manages('id') },
  ],
});

export const ConversationParticipant = defineEntity({
  name: 'ConversationParticipant',
  properties: {
    id: p.integer().primary(),
    conversation: () => p.manyToOne(Conversation).mapToPk().deleteRule('cascade'),
    profile: () => p.manyToOne(Profile).mapToPk().deleteRule('cascade').index(),
    role: p.text().check(`role in ('member', 'moderator', 'admin')`).$type<(typeof conversationRoles)[number]>(),
    addedAt: p.datetime(3).defaultRaw('clock_timestamp()'),
    addedBy: () => p.manyToOne(Profile).mapToPk().nullable().deleteRule('set null'),
  },
  uniques: [{ properties: ['conversation', 'profile'] }],
  indexes: [{ properties: ['conversation', 'addedAt', 'profile'] }],
  policies: [
    { name: 'conversation_participant_read', command: 'select', roles, using: reads('conversation_id') },
    { name: 'conversation_participant_add', command: 'insert', roles, check: manages('conversation_id') },
    {
      name: 'conversation_participant_change',
      command: 'update',
      roles,
      using: manages('conversation_id'),
      check: manages('conversation_id'),
    },
    {
      name: 'conversation_participant_remove',
      command: 'delete',
      roles,
      using: `${manages('conversation_id')} or profile_id = current_person()`,
    },
  ],
});

export const Message = defineEntity({
  name: 'Message',
  properties: {
    id: p.integer().primary(),
    conversation: () => p.manyToOne(Conversation).mapToPk().deleteRule('cascade'),
    author: () => p.manyToOne(Profile).mapToPk(),
    body: p.text(),
    createdAt: p.datetime(3).defaultRaw('clock_timestamp()'),
  },
  indexes: [{ properties: ['conversation', 'id'] }],
  policies: [
    { name: 'message_read', command: 'select', roles, using: 'conversation_id in (select my_conversations())' },
    {
      name: 'message_send',
      command: 'insert',
      roles,
      check: 'author_id = current_person() and conversation_role(conversation_id) is not null',
    },
  ],
});
