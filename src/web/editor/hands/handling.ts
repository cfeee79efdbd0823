/**
 * What React Flow tells of hands on the canvas, made into what they do. The same functions for as long as the canvas is
 * open: React Flow hands them to every node and edge, and renders all of them anew when one is another.
 */
import type { Edge, EdgeChange, FinalConnectionState, Node, NodeChange, ReactFlowProps } from '@xyflow/react';
import type { FlowEdge, FlowNode } from '../canvas/flow.ts';
import type { Desk } from '../desk.ts';
import { isSide } from '../model/geometry.ts';
import type { Acting } from './acting.ts';

export function createHandling(desk: Desk, acting: Acting) {
  const { diagram, drawing, moving, renaming, connecting, writable } = desk;
  const connect = () => connecting.set(true);
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
    if (places.size > 0 && writable.get() && !(ended && !moving.active)) {
      if (!moving.active) moving.begin([...places.keys()], true);
      moving.to(places);
    }
    if (ended && moving.active) moving.end();
  }

  function onConnectEnd(event: MouseEvent | TouchEvent, state: FinalConnectionState): void {
    connecting.set(false);
    const from = state.fromNode?.id;
    const to = nodeAt(event);
    if (from !== undefined && to !== null && (from !== to || state.toHandle)) acting.connect(from, to);
  }

  return {
    onNodesChange: onChange,
    onEdgesChange: onChange,
    onConnectStart: connect,
    onConnectEnd,
    onReconnectStart: connect,
    onReconnectEnd: () => connecting.set(false),
    onReconnect: ({ id }, { source, target, sourceHandle, targetHandle }) =>
      acting.changeEdge(id, { source: endAt(source, sourceHandle), target: endAt(target, targetHandle) }),
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

/** The end of an edge that was put onto a handle stays at that side. */
function endAt(cell: string, handle: string | null): { cell: string; port?: string } {
  return isSide(handle) ? { cell, port: handle } : { cell };
}

/** The node under a pointer that was let go. */
function nodeAt(event: MouseEvent | TouchEvent): string | null {
  const { clientX, clientY } = 'changedTouches' in event ? event.changedTouches[0]! : event;
  const nodes = document.elementsFromPoint(clientX, clientY).map((element) => element.closest('.react-flow__node'));
  // A boundary lies under everything; whoever means it points at nothing else.
  return nodes.find((node) => node !== null)?.getAttribute('data-id') ?? null;
}
