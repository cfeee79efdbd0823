/** Diagrams: their entries, their content, and their versions. */
import type { Cell } from '../cells.ts';
import { listAt, pathOf, type Listing, type PageOptions } from '../listing.ts';
import type { Content, Diagram, Version, VersionContent } from '../shapes.ts';
import type { CallOptions, Transport } from '../transport.ts';

/** Which diagram. */
export interface Place {
  threatModelId: string;
  diagramId: string;
}

export const pathOfDiagram = ({ threatModelId, diagramId }: Place) =>
  pathOf`/threat_models/${threatModelId}/diagrams/${diagramId}`;

export function diagramsApi(transport: Transport) {
  const all = (threatModelId: string) => pathOf`/threat_models/${threatModelId}/diagrams`;
  const version = (place: Place, id: string) => `${pathOfDiagram(place)}/versions/${encodeURIComponent(id)}`;
  return {
    /** An empty one; writers. */
    create: (threatModelId: string, body: { name: string }, { signal }: CallOptions = {}) =>
      transport.json<Diagram>({ method: 'POST', path: all(threatModelId), body, signal }),
    /** In the order in which they were made. */
    list: (threatModelId: string, options?: PageOptions): Listing<Diagram> =>
      listAt(transport, all(threatModelId), options),
    get: (place: Place, { signal }: CallOptions = {}) =>
      transport.json<Diagram>({ method: 'GET', path: pathOfDiagram(place), signal }),
    /** Writers. */
    rename: (place: Place, name: string, { signal }: CallOptions = {}) =>
      transport.json<Diagram>({ method: 'PATCH', path: pathOfDiagram(place), body: { name }, signal }),
    /** Owners. @throws RoundtableError `conflict` while a session is active */
    remove: async (place: Place, { signal }: CallOptions = {}): Promise<void> => {
      await transport.send({ method: 'DELETE', path: pathOfDiagram(place), signal });
    },
    /** The cells as they are stored. */
    content: (place: Place, { signal }: CallOptions = {}) =>
      transport.json<Content>({ method: 'GET', path: `${pathOfDiagram(place)}/content`, signal }),
    /** The content as Yjs state, one update. */
    state: async (place: Place, { signal }: CallOptions = {}): Promise<Uint8Array> => {
      const headers = { accept: 'application/octet-stream' };
      const response = await transport.send({
        method: 'GET',
        path: `${pathOfDiagram(place)}/content`,
        headers,
        signal,
      });
      return new Uint8Array(await response.arrayBuffer());
    },
    /**
     * Makes the content equal to a list, in one edit; writers. Resolves once it is durable. What `content` gives may hold
     * members of editors that are no member of a `Cell`, and are refused here (`invalid`).
     * @param options.ifHead only if the content is still the one at this head. @throws RoundtableError `precondition_failed`
     */
    replaceContent: (
      place: Place,
      cells: readonly Cell[],
      { ifHead, signal }: CallOptions & { ifHead?: number | undefined } = {},
    ) =>
      transport.json<{ head: number }>({
        method: 'PUT',
        path: `${pathOfDiagram(place)}/content`,
        body: { cells },
        // Were it repeated after it has happened, the head would be another.
        ...(ifHead !== undefined && { headers: { 'if-match': `"${ifHead}"` }, repeatable: false }),
        signal,
      }),
    /** Stores a Yjs update; writers. Open editors see it. Resolves once it is durable. */
    applyUpdate: (place: Place, update: Uint8Array, { signal }: CallOptions = {}) =>
      transport.json<{ head: number }>({
        method: 'POST',
        path: `${pathOfDiagram(place)}/updates`,
        bytes: update,
        repeatable: true,
        signal,
      }),
    versions: {
      /** Newest first; kept by themselves while somebody edits, and by name. */
      list: (place: Place, options?: PageOptions): Listing<Version> =>
        listAt(transport, `${pathOfDiagram(place)}/versions`, options),
      /** Keeps the state as it is now under a name; writers. */
      keep: (place: Place, name: string, { signal }: CallOptions = {}) =>
        transport.json<Version>({ method: 'POST', path: `${pathOfDiagram(place)}/versions`, body: { name }, signal }),
      get: (place: Place, id: string, { signal }: CallOptions = {}) =>
        transport.json<VersionContent>({ method: 'GET', path: version(place, id), signal }),
      /** Makes the content equal to a version, in one edit; writers. */
      restore: (place: Place, id: string, { signal }: CallOptions = {}) =>
        transport.json<{ head: number }>({ method: 'POST', path: `${version(place, id)}/restore`, signal }),
    },
  };
}
