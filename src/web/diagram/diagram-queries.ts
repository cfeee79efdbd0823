/** What the page asks of the server besides the live diagram: its name, and whose threat model it is in. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Diagram } from '../../client/index.ts';
import { useDiagramState } from '../../client/react/index.ts';
import { lookingAway } from './looking-away.ts';
import { useOpenDiagram } from './open-diagram.ts';

/** As the server has it now; until then as it was when the session was found. */
export function useDiagramName(): string {
  const { client, diagram, place } = useOpenDiagram();
  const found = useDiagramState(diagram, ({ session }) => session?.diagram_name ?? '');
  const { data } = useQuery({
    queryKey: ['diagram', place],
    queryFn: ({ signal }) => client.diagrams.get(place, { signal }),
    enabled: found !== '',
    refetchInterval: 60_000,
  });
  return data?.name ?? found;
}

export function useRename() {
  const { client, diagram, place } = useOpenDiagram();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => lookingAway(diagram, client.diagrams.rename(place, name)),
    onMutate: (name) => {
      const key = ['diagram', place];
      const before = queries.getQueryData<Diagram>(key);
      if (before) queries.setQueryData<Diagram>(key, { ...before, name });
      return before;
    },
    onSuccess: (renamed) => queries.setQueryData(['diagram', place], renamed),
    onError: (_error, _name, before) => queries.setQueryData(['diagram', place], before),
    onSettled: () => queries.invalidateQueries(),
  });
}

/** The threat model, for its owner's address. */
export function useThreatModel() {
  const { client, place } = useOpenDiagram();
  return useQuery({
    queryKey: ['threat-model', place.threatModelId],
    queryFn: ({ signal }) => client.threatModels.get(place.threatModelId, { signal }),
    staleTime: 60_000,
  });
}
