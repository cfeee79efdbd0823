/**
 * The conversation beside the diagram: the one among mine that is about it. No message tells of a conversation that one
 * was just added to: it is looked for when somebody has been busy beside the canvas (`looking-away.ts`), and as long as
 * there is none now and then.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { Client, Conversation } from '../../../client/index.ts';
import { useConversation } from '../../../client/react/index.ts';
import { useOpenDiagram } from '../open-diagram.ts';

interface Chat {
  /** Null: there is none; undefined: that is not known yet. */
  conversation: Conversation | null | undefined;
  /** Why it is not known. */
  failed: boolean;
  feed: ReturnType<typeof useConversation>;
  /** Whether something was said that I have not seen. */
  unread: boolean;
  /** Looks for it again, and reads it anew. */
  look(): void;
}

const LOOK_EVERY = 60_000;

const ChatContext = createContext<Chat | null>(null);

export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (chat === null) throw new Error('there is no ChatProvider');
  return chat;
}

/** @param watching whether the conversation is on the screen */
export function ChatProvider({ watching, children }: { watching: boolean; children: ReactNode }) {
  const { client, me, place } = useOpenDiagram();
  const queries = useQueryClient();
  const key = useMemo(() => ['conversation', place.diagramId], [place.diagramId]);
  const { data: conversation, isError: failed } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => find(client, place.diagramId, signal),
    refetchInterval: ({ state }) => (state.data ? false : LOOK_EVERY),
  });
  const feed = useConversation(client, conversation?.id ?? null);
  const last = feed.messages.at(-1);
  const [seen, see] = useState<number | null>(null);
  // What was said before the page was opened is no news, except in a conversation that came about since.
  if (seen === null && conversation === null) see(0);
  else if ((watching || seen === null) && feed.isRead && seen !== (last?.id ?? 0)) see(last?.id ?? 0);
  const unread = !watching && last !== undefined && seen !== null && last.id > seen && last.user_id !== me.number;
  // Forgotten before it is looked for: of whoever was added again meanwhile, it is the same one, and yet to be opened anew.
  const isOver = feed.status.kind === 'closed';
  useEffect(() => {
    if (isOver) void queries.resetQueries({ queryKey: key });
  }, [isOver, key, queries]);

  const { read } = feed;
  const look = useCallback(() => {
    void queries.invalidateQueries({ queryKey: key });
    void read?.();
  }, [queries, key, read]);
  const chat = useMemo(
    () => ({ conversation, failed, feed, unread, look }),
    [conversation, failed, feed, unread, look],
  );
  return <ChatContext value={chat}>{children}</ChatContext>;
}

async function find(client: Client, diagramId: string, signal: AbortSignal): Promise<Conversation | null> {
  for await (const conversation of client.conversations.list({ signal })) {
    if (conversation.diagram_id === diagramId) return conversation;
  }
  return null;
}
