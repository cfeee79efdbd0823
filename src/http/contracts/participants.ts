/** The participants of a conversation, over the roster. The list is complete unless `limit` is given. */
import { z } from 'zod';
import { conversationRoles } from '../../database/entities/conversation.ts';
import { conversation } from '../../membership/kinds/conversation.ts';
import type { Roster } from '../../membership/roster.ts';
import { byNumber } from '../../membership/subjects.ts';
import { participantOnWire } from '../../membership/wire.ts';
import type { Sentence } from '../contract.ts';
import { speak } from '../language.ts';
import { cut, pageQuery, timeKey, toPageOrAll } from '../page.ts';
import { route, time, type Route } from '../route.ts';
import { conversationsContract, digits, integer, ONE_CONVERSATION, oneConversation } from './conversations.ts';

const role = z.enum(conversationRoles);
export const participantSchema = z
  .object({
    participant_id: z.int(),
    user_id: z.int(),
    email: z.string(),
    username: z.string(),
    role,
    joined_at: time,
  })
  .meta({ id: 'ConversationParticipant' });
export const addedSchema = z
  .object({
    message: z.string().describe('A sentence for people'),
    participant_id: z.int(),
    conversation_id: z.int(),
    user_id: z.int(),
    role,
    joined_at: time,
  })
  .meta({ id: 'ParticipantAdded' });
const listSchema = z.object({
  conversation_id: z.int(),
  participants: z.array(participantSchema).describe('In order of joined_at'),
  next_cursor: z.string().nullable().optional().describe('Where `limit` was given'),
});

const added: Sentence = { pl: 'Dodano uczestnika', en: 'The participant was added' };

const oneParticipant = z.object({ conversation_id: digits, user_id: digits });
const PARTICIPANTS = `${ONE_CONVERSATION}/participants`;
const refusals = ['unauthenticated', 'invalid', 'not_found', 'forbidden'] as const;
const example = {
  participant_id: 12,
  user_id: 1_480_327_165,
  email: 'grace@example.com',
  username: 'grace',
  role: 'member',
  joined_at: '2026-11-21T09:30:00.000Z',
};

export function participantRoutes({ roster }: { roster: Roster }): Route[] {
  const contract = conversationsContract;
  const container = (params: { conversation_id: number }) => String(params.conversation_id);
  return [
    route({
      method: 'get',
      path: PARTICIPANTS,
      operationId: 'listParticipants',
      summary: 'Its participants, for participants and platform admins; complete unless `limit` is given',
      contract,
      params: oneConversation,
      query: pageQuery(timeKey, z.uuid()),
      answers: {
        200: {
          description: 'The participants',
          schema: listSchema,
          example: { conversation_id: 7, participants: [example] },
        },
      },
      refusals,
      roster: { kind: 'conversation', operation: 'list' },
      handle: async ({ actor, params, query }) => {
        const page = toPageOrAll(query);
        const members = await roster.list({ kind: conversation, container: container(params), actor }, page);
        const { rows, nextCursor } = cut(members, page, (member) => [member.addedAt.toISOString(), member.person.id]);
        const whole = { conversation_id: params.conversation_id, participants: rows.map(participantOnWire) };
        return { status: 200, body: page.limit === null ? whole : { ...whole, next_cursor: nextCursor } };
      },
    }),
    route({
      method: 'post',
      path: PARTICIPANTS,
      operationId: 'addParticipant',
      summary: 'Add somebody who has a profile; admins of the conversation and of the platform',
      contract,
      params: oneConversation,
      body: z.strictObject({ user_id: integer, role: role.default('member') }),
      example: { user_id: 1_480_327_165, role: 'member' },
      answers: {
        201: {
          description: 'The participant',
          schema: addedSchema,
          example: {
            message: added.en,
            participant_id: 12,
            conversation_id: 7,
            user_id: 1_480_327_165,
            role: 'member',
            joined_at: example.joined_at,
          },
        },
      },
      refusals: [...refusals, 'user_not_found', 'already_member'],
      guesses: true,
      audit: { action: 'conversation.member.add', container: 'conversation', subject: 'user_id' },
      roster: { kind: 'conversation', operation: 'add' },
      handle: async ({ actor, params, body, requestId, context }) => {
        const attempt = { kind: conversation, container: container(params), actor, requestId };
        const member = participantOnWire(await roster.add(attempt, byNumber(body.user_id), body.role));
        const { participant_id, user_id, role: given, joined_at } = member;
        const message = added[speak(context, contract)];
        const { conversation_id } = params;
        return { status: 201, body: { message, participant_id, conversation_id, user_id, role: given, joined_at } };
      },
    }),
    route({
      method: 'patch',
      path: `${PARTICIPANTS}/:user_id`,
      operationId: 'changeParticipant',
      summary: 'Change a role; admins of the conversation and of the platform',
      contract,
      params: oneParticipant,
      body: z.strictObject({ role }),
      example: { role: 'moderator' },
      answers: { 200: { description: 'The participant', schema: participantSchema, example } },
      refusals: [...refusals, 'user_not_found', 'member_not_found'],
      guesses: true,
      audit: { action: 'conversation.member.change', container: 'conversation', subject: 'user_id' },
      roster: { kind: 'conversation', operation: 'change' },
      handle: async ({ actor, params, body, requestId }) => {
        const attempt = { kind: conversation, container: container(params), actor, requestId };
        const member = await roster.change(attempt, byNumber(params.user_id), body.role);
        return { status: 200, body: participantOnWire(member) };
      },
    }),
    route({
      method: 'delete',
      path: `${PARTICIPANTS}/:user_id`,
      operationId: 'removeParticipant',
      summary: 'Remove somebody; admins of the conversation and of the platform, anybody themselves',
      contract,
      params: oneParticipant,
      answers: { 204: { description: 'They take part no longer' } },
      refusals: [...refusals, 'user_not_found', 'member_not_found'],
      guesses: true,
      audit: { action: 'conversation.member.remove', container: 'conversation', subject: 'user_id' },
      roster: { kind: 'conversation', operation: 'remove' },
      handle: async ({ actor, params, requestId }) => {
        const attempt = { kind: conversation, container: container(params), actor, requestId };
        await roster.remove(attempt, byNumber(params.user_id));
        return { status: 204 };
      },
    }),
  ];
}
