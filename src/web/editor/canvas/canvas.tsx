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
  type ReactFlowProps,
} from '@xyflow/react';
import { useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { useDesk } from '../desk.ts';
import type { Acting } from '../hands/acting.ts';
import { createHandling } from '../hands/handling.ts';
import { GRID } from '../model/shapes.ts';
import styles from './canvas.module.css';
import { EdgeView } from './edge-view.tsx';
import type { FlowEdge, FlowNode } from './flow.ts';
import { zooms } from './framing.ts';
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

/** Whatever is the same always, also as objects: what is another object is taken for a change of every node. */
const settled = {
  connectionMode: ConnectionMode.Loose,
  connectionRadius: 24,
  selectionMode: SelectionMode.Partial,
  panActivationKeyCode: 'Space',
  selectionKeyCode: 'Shift',
  multiSelectionKeyCode: ['Shift', 'Meta', 'Control'],
  deleteKeyCode: null,
  disableKeyboardA11y: true,
  zoomOnDoubleClick: false,
  zIndexMode: 'manual',
  elevateNodesOnSelect: false,
  snapToGrid: true,
  snapGrid: [GRID, GRID],
  ...zooms,
  proOptions: { hideAttribution: true },
} satisfies ReactFlowProps;

interface CanvasProps {
  acting: Acting;
  writable: boolean;
  overview: boolean;
  children: ReactNode;
}

export function Canvas({ acting, writable, overview, children }: CanvasProps) {
  const desk = useDesk();
  const { drawing } = desk;
  const { nodes, edges } = useSyncExternalStore(drawing.subscribe, () => drawing.drawn);

  const handling = useMemo(() => createHandling(desk, acting), [desk, acting]);
  return (
    <ReactFlow<FlowNode, FlowEdge>
      className={`${styles.flow} ${writable ? '' : styles.readOnly}`}
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      {...settled}
      {...handling}
      nodesDraggable={writable}
      nodesConnectable={writable}
      edgesReconnectable={writable}
      selectionOnDrag={writable && !isTouched}
      panOnDrag={writable && !isTouched ? MIDDLE_AND_RIGHT : true}
    >
      <Background variant={BackgroundVariant.Dots} gap={GRID * 2} size={1.25} />
      {overview && <MiniMap className={styles.minimap ?? ''} pannable zoomable position="bottom-right" />}
      {children}
    </ReactFlow>
  );
}
