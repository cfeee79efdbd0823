/** Keeps what a page shows up to date while somebody looks: it is read anew whenever its live room tells of something, or
 * is closed to them: then it may be theirs no more. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { MembershipMessage, Room } from '../../client/index.ts';

type Kind = 'workspace' | 'group';

/** @param rooms where its room is entered; @returns what reads it anew */
export function useRefreshed(
  [kind, id]: readonly [Kind, string],
  rooms: { listen(id: string): Room<MembershipMessage<Kind>> },
): () => Promise<void> {
  const queries = useQueryClient();
  useEffect(() => {
    const room = rooms.listen(id);
    const again = () => void queries.invalidateQueries({ queryKey: [kind, id] });
    room.on('message', again);
    room.on('live', again);
    room.on('status', (status) => status.kind === 'closed' && status.reason !== 'left' && again());
    return () => room.close();
  }, [rooms, queries, kind, id]);
  return () => queries.invalidateQueries({ queryKey: [kind, id] });
}
