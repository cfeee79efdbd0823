/**
 * React Flow, told what to draw and asked what hands do to it. It never owns a node: a drag is a gesture on the
 * document, and what is selected is kept beside it.
 */
import '@xyflow/react/dist/base.css';
import {
  Background,
  BackgroundVariant,
  ConnectionMode,
  MiniMap,
  ReactFlow,
  SelectionMode,
  type EdgeChange,
  type FinalConnectionState,
  type NodeChange,
} from '@xyflow/react';
import { useCallback, useSyncExternalStore, type ReactNode } from 'react';
import { useDesk } from '../desk.ts';
import type { Acting } from '../hands/acting.ts';
import { isSide } from '../model/geometry.ts';
import { GRID } from '../model/shapes.ts';
import styles from './canvas.module.css';
import { EdgeView } from './edge-view.tsx';
import type { FlowEdge, FlowNode } from './flow.ts';
import { NodeView } from './node-view.tsx';

export const nodeTypes = {
  process: NodeView,
  store: NodeView,
  actor: NodeView,
  boundary: NodeView,
  text: NodeView,
  other: NodeView,
};
export const edgeTypes = { way: EdgeView };

export const isTouched = matchMedia('(pointer: coarse)').matches;
const MIDDLE_AND_RIGHT = [1, 2];

interface CanvasProps {
  acting: Acting;
  writable: boolean;
  overview: boolean;
  children: ReactNode;
}

export function Canvas({ acting, writable, overview, children }: CanvasProps) {
  const { drawing, moving, diagram, renaming, connecting } = useDesk();
  const { nodes, edges } = useSyncExternalStore(drawing.subscribe, () => drawing.drawn);

  const onChange = useCallback(
    (changes: readonly (NodeChange<FlowNode> | EdgeChange<FlowEdge>)[]) => {
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
      if (places.size > 0 && writable && !(ended && !moving.active)) {
        if (!moving.active) moving.begin([...places.keys()], true);
        moving.to(places);
      }
      if (ended && moving.active) moving.end();
    },
    [drawing, moving, writable],
  );

  function connectEnd(event: MouseEvent | TouchEvent, state: FinalConnectionState): void {
    connecting.set(false);
    const from = state.fromNode?.id;
    const to = nodeAt(event);
    if (from !== undefined && to !== null && (from !== to || state.toHandle)) acting.connect(from, to);
  }

  return (
    <ReactFlow<FlowNode, FlowEdge>
      className={`${styles.flow} ${writable ? '' : styles.readOnly}`}
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      onNodesChange={onChange}
      onEdgesChange={onChange}
      onConnectStart={() => connecting.set(true)}
      onConnectEnd={connectEnd}
      onReconnectStart={() => connecting.set(true)}
      onReconnectEnd={() => connecting.set(false)}
      onReconnect={({ id }, { source, target, sourceHandle, targetHandle }) =>
        acting.changeEdge(id, { source: endAt(source, sourceHandle), target: endAt(target, targetHandle) })
      }
      onNodeDoubleClick={(_, { id }) => writable && renaming.set(id)}
      onEdgeDoubleClick={(_, { id }) => writable && renaming.set(id)}
      onMoveStart={(event) => {
        if (event && diagram.state.following) diagram.stopFollowing();
      }}
      nodesDraggable={writable}
      nodesConnectable={writable}
      edgesReconnectable={writable}
      connectionMode={ConnectionMode.Loose}
      connectionRadius={24}
      selectionOnDrag={writable && !isTouched}
      panOnDrag={writable && !isTouched ? MIDDLE_AND_RIGHT : true}
      selectionMode={SelectionMode.Partial}
      panActivationKeyCode="Space"
      selectionKeyCode="Shift"
      multiSelectionKeyCode={['Shift', 'Meta', 'Control']}
      deleteKeyCode={null}
      disableKeyboardA11y
      zoomOnDoubleClick={false}
      zIndexMode="manual"
      elevateNodesOnSelect={false}
      snapToGrid
      snapGrid={[GRID, GRID]}
      minZoom={0.1}
      maxZoom={4}
      proOptions={{ hideAttribution: true }}
    >
      <Background variant={BackgroundVariant.Dots} gap={GRID * 2} size={1.25} />
      {overview && <MiniMap className={styles.minimap ?? ''} pannable zoomable position="bottom-right" />}
      {children}
    </ReactFlow>
  );
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
