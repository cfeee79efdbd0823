/** The conversations API: ids are integers, people are their `number`, `error` is the code. */
import { z } from 'zod';
import type { Conversations, ConversationView } from '../../membership/conversations.ts';
import { commonSentences, pageFields, type Contract } from '../contract.ts';
import { cut, list, pageQuery, toPage } from '../page.ts';
import { name, onWire, route, time, uuid, type Route } from '../route.ts';

export const conversationsContract: Contract = {
  name: 'conversations',
  prefixes: ['/v1/messaging'],
  language: 'en',
  sentences: {
    ...commonSentences,
    forbidden: { pl: 'Brak uprawnień w tej konwersacji', en: 'You may not do this in this conversation' },
    not_found: { pl: 'Konwersacja nie została znaleziona', en: 'The conversation was not found' },
    member_not_found: {
      pl: 'Użytkownik nie jest uczestnikiem tej konwersacji',
      en: 'This person is not a participant of the conversation',
    },
    already_member: {
      pl: 'Użytkownik jest już uczestnikiem tej konwersacji',
      en: 'This person is already a participant of the conversation',
    },
  },
  reasons: {
    invite: { pl: 'Brak uprawnień do dodania uczestnika', en: 'You may not add a participant' },
    diagram: { pl: 'Diagram nie został znaleziony', en: 'The diagram was not found' },
    'diagram-forbidden': { pl: 'Brak uprawnień do tego diagramu', en: 'You may not read this diagram' },
  },
  fields: {
    conversation_id: {
      pl: 'conversation_id musi być liczbą całkowitą od 1 do 2147483647',
      en: 'conversation_id must be an integer from 1 to 2147483647',
    },
    user_id: {
      pl: 'user_id musi być liczbą całkowitą od 1 do 2147483647',
      en: 'user_id must be an integer from 1 to 2147483647',
    },
    role: { pl: 'Nieprawidłowa rola', en: 'Invalid role' },
    title: { pl: 'Tytuł musi mieć od 1 do 200 znaków', en: 'The title must have 1 to 200 characters' },
    diagram_id: { pl: 'Nieprawidłowy format ID diagramu', en: 'Invalid diagram id format' },
    ...pageFields,
    body: {
      pl: 'Nieprawidłowa treść; wiadomość ma od 1 do 4000 znaków',
      en: 'Invalid body; a message has 1 to 4,000 characters',
    },
  },
  errorOf: (code) => code,
};

const MOST = 2_147_483_647;

/** An id in a body: a JSON integer. */
export const integer = z.int().min(1).max(MOST);

/** An id in a path or in a cursor: decimal digits. */
export const digits = z
  .string()
  .regex(/^[1-9]\d{0,9}$/)
  .transform(Number)
  .refine((value) => value <= MOST)
  .meta({ description: 'An integer from 1 to 2147483647', examples: ['7'] });

export const conversationSchema = z
  .object({ id: z.int(), title: z.string(), diagram_id: z.uuid().nullable(), created_at: time })
  .meta({ id: 'Conversation' });

const conversationOnWire = (view: ConversationView) => ({
  id: view.id,
  title: view.title,
  diagram_id: view.diagram,
  created_at: onWire(view.createdAt),
});

export const oneConversation = z.object({ conversation_id: digits });
const ALL = '/v1/messaging/conversations';
export const ONE_CONVERSATION = `${ALL}/:conversation_id`;
const refusals = ['unauthenticated', 'invalid', 'not_found', 'forbidden'] as const;
const example = { id: 7, title: 'Before the release', diagram_id: null, created_at: '2026-11-21T09:30:00.000Z' };

export function conversationRoutes({ conversations }: { conversations: Conversations }): Route[] {
  const contract = conversationsContract;
  return [
    route({
      method: 'post',
      path: ALL,
      operationId: 'createConversation',
      summary:
        'Make a conversation, about a diagram that the caller may read or about nothing; the caller is its admin',
      contract,
      body: z.strictObject({ title: name, diagram_id: uuid.nullable().optional() }),
      example: { title: 'Before the release' },
      answers: { 201: { description: 'The conversation', schema: conversationSchema, example } },
      refusals,
      audit: { action: 'conversation.create' },
      handle: async ({ actor, body, requestId }) => {
        const made = { title: body.title, diagram: body.diagram_id ?? null };
        return { status: 201, body: conversationOnWire(await conversations.create(actor, made, requestId)) };
      },
    }),
    route({
      method: 'get',
      path: ALL,
      operationId: 'listConversations',
      summary: 'The conversations that the caller takes part in',
      contract,
      query: pageQuery(digits),
      answers: {
        200: {
          description: 'A page of conversations',
          schema: list(conversationSchema),
          example: { data: [example], next_cursor: null },
        },
      },
      refusals: ['unauthenticated', 'invalid'],
      handle: async ({ actor, query }) => {
        const page = toPage(query);
        const { rows, nextCursor } = cut(await conversations.mine(actor, page), page, (row) => [String(row.id)]);
        return { status: 200, body: { data: rows.map(conversationOnWire), next_cursor: nextCursor } };
      },
    }),
    route({
      method: 'patch',
      path: ONE_CONVERSATION,
      operationId: 'renameConversation',
      summary: 'Rename it; its admins and platform admins',
      contract,
      params: oneConversation,
      body: z.strictObject({ title: name }),
      example: { title: 'After the release' },
      answers: { 200: { description: 'The conversation', schema: conversationSchema, example } },
      refusals,
      audit: { action: 'conversation.rename', container: 'conversation' },
      handle: async ({ actor, params, body, requestId }) => ({
        status: 200,
        body: conversationOnWire(await conversations.rename(actor, params.conversation_id, body.title, requestId)),
      }),
    }),
    route({
      method: 'delete',
      path: ONE_CONVERSATION,
      operationId: 'deleteConversation',
      summary: 'Delete it with its messages; its admins and platform admins',
      contract,
      params: oneConversation,
      answers: { 204: { description: 'It is gone' } },
      refusals,
      audit: { action: 'conversation.delete', container: 'conversation' },
      handle: async ({ actor, params, requestId }) => {
        await conversations.remove(actor, params.conversation_id, requestId);
        return { status: 204 };
      },
    }),
  ];
}
