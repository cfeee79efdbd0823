/** The messages of a conversation, for its participants only, newest first. */
import { z } from 'zod';
import type { Messages } from '../../membership/messages.ts';
import { messageOnWire } from '../../membership/wire.ts';
import { cut, list, pageQuery, toPage } from '../page.ts';
import { route, storable, time, type Route } from '../route.ts';
import { conversationsContract, digits, ONE_CONVERSATION, oneConversation } from './conversations.ts';

/** Kept as it is written, spaces included, but not if it is nothing but spaces. */
const text = z
  .string()
  .refine((body) => body.trim() !== '' && [...body].length <= 4000)
  .refine(storable)
  .meta({ minLength: 1, maxLength: 4000 });

export const messageSchema = z
  .object({ id: z.int(), conversation_id: z.int(), user_id: z.int(), body: z.string(), created_at: time })
  .meta({ id: 'Message' });

const MESSAGES = `${ONE_CONVERSATION}/messages`;
const refusals = ['unauthenticated', 'invalid', 'not_found', 'forbidden'] as const;
const example = {
  id: 40,
  conversation_id: 7,
  user_id: 1_480_327_165,
  body: 'The payment flow crosses a trust boundary.',
  created_at: '2026-11-21T09:31:00.000Z',
};

export function messageRoutes({ messages }: { messages: Messages }): Route[] {
  const contract = conversationsContract;
  return [
    route({
      method: 'post',
      path: MESSAGES,
      operationId: 'sendMessage',
      summary: 'Say something; participants',
      contract,
      params: oneConversation,
      body: z.strictObject({ body: text }),
      example: { body: example.body },
      answers: { 201: { description: 'The message', schema: messageSchema, example } },
      refusals,
      handle: async ({ actor, params, body }) => ({
        status: 201,
        body: messageOnWire(await messages.send(actor, params.conversation_id, body.body)),
      }),
    }),
    route({
      method: 'get',
      path: MESSAGES,
      operationId: 'listMessages',
      summary: 'What was said, newest first; participants',
      contract,
      params: oneConversation,
      query: pageQuery(digits),
      answers: {
        200: {
          description: 'A page of messages',
          schema: list(messageSchema),
          example: { data: [example], next_cursor: null },
        },
      },
      refusals,
      handle: async ({ actor, params, query }) => {
        const page = toPage(query);
        const found = await messages.list(actor, params.conversation_id, page);
        const { rows, nextCursor } = cut(found, page, (message) => [String(message.id)]);
        return { status: 200, body: { data: rows.map(messageOnWire), next_cursor: nextCursor } };
      },
    }),
  ];
}
