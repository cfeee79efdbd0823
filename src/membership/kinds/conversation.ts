/**
 * Conversations: platform admins and the conversation's admins manage; anybody may leave, the last admin too (MB7).
 * What is said in one is for its participants only.
 */
import { conversationRoles } from '../../database/entities/conversation.ts';
import type { Kind, Standing } from '../kind.ts';

const manages = (standing: Standing) => standing.platformAdmin || standing.role === 'admin';

export const conversation: Kind = {
  name: 'conversation',
  roles: conversationRoles,
  table: 'conversation_participant',
  containerColumn: 'conversation_id',
  numbered: true,
  standing: 'select conversation_role(?) as role',
  kept: null,
  reachesDiagrams: false,
  may: {
    add: manages,
    change: manages,
    remove: (standing) => standing.self || manages(standing),
    list: (standing) => standing.platformAdmin || standing.role !== null,
    listen: (standing) => standing.role !== null,
  },
};
