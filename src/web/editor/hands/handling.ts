/**
 * What React Flow tells of hands on the canvas, made into what they do. The same functions for as long as the canvas is
 * open: React Flow hands them to every node and edge, and renders all of them anew when one is another.
 */
import type {
  Edge,
  EdgeChange,
  FinalConnectionState,
  HandleType,
  Node,
  NodeChange,
  ReactFlowProps,
} from '@xyflow/react';
import type { FlowEdge, FlowNode } from '../canvas/flow.ts';
import type { Desk } from '../desk.ts';
import type { EdgeCell } from '../model/cell.ts';
import { isSide } from '../model/geometry.ts';
import type { Acting } from './acting.ts';

export function createHandling(desk: Desk, acting: Acting) {
  const { diagram, drawing, moving, renaming, connecting, writable } = desk;
  /** Whether the end in hand is one of an edge that is there. */
  let isReconnecting = false;
  const take = (nodes: readonly Node[]) => {
    if (!writable.get()) return;
    const ids = nodes.map(({ id }) => id);
    moving.begin(ids, true);
  };
  const rename = (_: unknown, { id }: Node | Edge) => {
    if (writable.get()) renaming.set(id);
  };

  function onChange(changes: readonly (NodeChange<FlowNode> | EdgeChange<FlowEdge>)[]): void {
    const selection = new Set(drawing.selection);
    let ended = false;
    const places = new Map<string, { x: number; y: number }>();
    for (const change of changes) {
      if (change.type === 'select') {
        if (change.selected) selection.add(change.id);
        else selection.delete(change.id);
      } else if (change.type === 'position' && change.dragging !== undefined) {
        if (change.position) places.set(change.id, change.position);
        ended ||= !change.dragging;
      }
    }
    if (!sameMembers(selection, drawing.selection)) drawing.select(selection);
    // A gesture that was abandoned stays so until the hand lets go.
    if (places.size > 0 && moving.active) moving.to(places);
    if (ended && moving.active) moving.end();
  }

  function onConnectEnd(event: MouseEvent | TouchEvent, state: FinalConnectionState): void {
    connecting.set(false);
    if (isReconnecting) return;
    const to = endAt(event, state);
    if (state.fromNode && to) acting.connect(state.fromNode.id, to.cell);
  }

  /** @param resting which end was not in hand: somebody else may have one of their own for it, so it is not written */
  function onReconnectEnd(
    event: MouseEvent | TouchEvent,
    edge: Edge,
    resting: HandleType,
    state: FinalConnectionState,
  ) {
    isReconnecting = false;
    const end = endAt(event, state);
    if (end) acting.changeEdge(edge.id, resting === 'source' ? { target: end } : { source: end });
  }

  return {
    onNodesChange: onChange,
    onEdgesChange: onChange,
    onNodeDragStart: (_event, _node, nodes) => take(nodes),
    onSelectionDragStart: (_, nodes) => take(nodes),
    onConnectStart: () => connecting.set(true),
    onConnectEnd,
    onReconnectStart: () => (isReconnecting = true),
    onReconnectEnd,
    // Without it no end could be taken in hand; where it is let go is told to `onReconnectEnd`.
    onReconnect: () => {},
    onNodeDoubleClick: rename,
    onEdgeDoubleClick: rename,
    onMoveStart: (event) => {
      if (event && diagram.state.following) diagram.stopFollowing();
    },
  } satisfies ReactFlowProps<FlowNode, FlowEdge>;
}

function sameMembers(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((member) => other.has(member));
}

/**
 * What an end that was let go hangs on: a side that it was put onto, where it stays, or the node under it, whose sides it
 * goes round; null for nothing. A cell is joined to itself only from side to side.
 */
function endAt(
  event: MouseEvent | TouchEvent,
  { fromNode, toHandle, isValid }: FinalConnectionState,
): EdgeCell['source'] | null {
  if (isValid && toHandle && isSide(toHandle.id)) return { cell: toHandle.nodeId, port: toHandle.id };
  const cell = nodeAt(event);
  return cell === null || cell === fromNode?.id ? null : { cell };
}

/** The node under a pointer that was let go. */
function nodeAt(event: MouseEvent | TouchEvent): string | null {
  const { clientX, clientY } = 'changedTouches' in event ? event.changedTouches[0]! : event;
  const nodes = document.elementsFromPoint(clientX, clientY).map((element) => element.closest('.react-flow__node'));
  // A boundary lies under everything; whoever means it points at nothing else.
  return nodes.find((node) => node !== null)?.getAttribute('data-id') ?? null;
}
