/** The address of a page, kept in the fragment so that a link or a reload leads back to the same diagram. */

export type Route = { kind: 'home' } | { kind: 'diagram'; threatModel: string; diagram: string };

const diagramAddress = /^#\/threat_models\/([^/]+)\/diagrams\/([^/]+)$/;

/** The route that a fragment names; anything that is not a diagram's address is the home page. */
export function readRoute(fragment: string): Route {
  const [, threatModel, diagram] = diagramAddress.exec(fragment) ?? [];
  if (threatModel === undefined || diagram === undefined) return { kind: 'home' };
  try {
    return { kind: 'diagram', threatModel: decodeURIComponent(threatModel), diagram: decodeURIComponent(diagram) };
  } catch {
    return { kind: 'home' };
  }
}

export function fragmentOf(route: Route): string {
  if (route.kind === 'home') return '#/';
  return `#/threat_models/${encodeURIComponent(route.threatModel)}/diagrams/${encodeURIComponent(route.diagram)}`;
}
