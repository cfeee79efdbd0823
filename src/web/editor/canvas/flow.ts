/** Cells as React Flow takes them, each made only from its cell, from where it is shown, and from whether it is selected. */
import { Position, type Edge, type Node } from '@xyflow/react';
import { rectOf, type EdgeCell, type NodeCell } from '../model/cell.ts';
import { atSide, sides, type Rect, type Side } from '../model/geometry.ts';
import type { Route } from '../model/route.ts';
import { isShape } from '../model/shapes.ts';

export type FlowNode = Node<{ label: string; shape: string }, string>;
export type FlowEdge = Edge<{ cell: EdgeCell; route: Route }, string>;

/** The sentence that says what a cell is to those who do not see it. */
export type Describe = (cell: NodeCell | EdgeCell, named: (id: string) => string) => string;

/** Boundaries lie under everything, nodes above the edges; within a layer `z` decides. */
const layers = { boundary: 0, edge: 1, node: 2 };
const DEPTH = 100_000;

export function nodeFor(
  cell: NodeCell,
  { rect = rectOf(cell), selected, name, before }: { rect?: Rect; selected: boolean; name: string; before?: FlowNode },
): FlowNode {
  const data = { label: cell.label, shape: cell.shape };
  // Whole units, as the browser measures them: else React Flow would measure again.
  const size = { width: Math.round(rect.width), height: Math.round(rect.height) };
  const same = before?.width === size.width && before.height === size.height;
  return {
    id: cell.id,
    type: isShape(cell.shape) ? cell.shape : 'other',
    position: { x: rect.x, y: rect.y },
    ...size,
    measured: same && before?.measured ? before.measured : size,
    handles: same && before?.handles ? before.handles : handlesOf(size),
    data: before && before.data.label === data.label && before.data.shape === data.shape ? before.data : data,
    selected,
    zIndex: depth(cell.shape === 'boundary' ? layers.boundary : layers.node, cell.z),
    ariaLabel: name,
    ariaRole: 'group',
    domAttributes: outOfTabOrder,
  };
}

export function edgeFor(
  cell: EdgeCell,
  route: Route,
  { selected, name }: { selected: boolean; name: string },
): FlowEdge {
  return {
    id: cell.id,
    type: 'way',
    source: cell.source.cell,
    target: cell.target.cell,
    sourceHandle: route.source,
    targetHandle: route.target,
    data: { cell, route },
    selected,
    zIndex: depth(layers.edge, cell.z),
    ariaLabel: name,
    ariaRole: 'group',
    domAttributes: outOfTabOrder,
  };
}

/** Focus is moved by our own keys, in reading order. */
const outOfTabOrder = { tabIndex: -1, 'aria-roledescription': '' };

const places: Record<Side, Position> = {
  top: Position.Top,
  right: Position.Right,
  bottom: Position.Bottom,
  left: Position.Left,
};

function handlesOf(size: { width: number; height: number }): NonNullable<FlowNode['handles']> {
  return sides.map((side) => {
    const { x, y } = atSide({ x: 0, y: 0, ...size }, side);
    return { id: side, type: 'source', position: places[side], x, y, width: 0, height: 0 };
  });
}

function depth(layer: number, z: number): number {
  return layer * 2 * DEPTH + Math.round(Math.max(-DEPTH, Math.min(DEPTH, z)));
}
