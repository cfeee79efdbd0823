/**
 * Cells as React Flow takes them, each made only from its cell, from where it is shown, and from whether it is selected.
 * What would be the same as before is the one from before.
 */
import { Position, type Edge, type Node } from '@xyflow/react';
import { rectOf, type EdgeCell, type NodeCell } from '../model/cell.ts';
import { atSide, sides, type Rect, type Side } from '../model/geometry.ts';
import type { Route } from '../model/route.ts';
import { isShape } from '../model/shapes.ts';
import type { Value } from '../value.ts';

export type FlowNode = Node<{ label: string; shape: string }, string>;
/** The way changes while a node is moved; the edge stays the same meanwhile. */
export type FlowEdge = Edge<{ cell: EdgeCell; way: Value<Route> }, string>;

/** The sentence that says what a cell is to those who do not see it. */
export type Describe = (cell: NodeCell | EdgeCell, named: (id: string) => string) => string;

/** Boundaries lie under everything, nodes above the edges; within a layer `z` decides. */
const layers = { boundary: 0, edge: 1, node: 2 };
const DEPTH = 100_000;

/** @param stays whether no hand can drag it: what begins on it is then meant for the view */
export function nodeFor(
  cell: NodeCell,
  {
    rect = rectOf(cell),
    selected,
    stays = false,
    name,
    before,
  }: { rect?: Rect; selected: boolean; stays?: boolean; name: string; before?: FlowNode },
): FlowNode {
  const data = { label: cell.label, shape: cell.shape };
  // Whole units, as the browser measures them: else React Flow would measure again.
  const size = { width: Math.round(rect.width), height: Math.round(rect.height) };
  const same = before?.width === size.width && before.height === size.height;
  const node: FlowNode = {
    id: cell.id,
    type: isShape(cell.shape) ? cell.shape : 'other',
    position: { x: rect.x, y: rect.y },
    ...size,
    measured: same && before?.measured ? before.measured : size,
    handles: same && before?.handles ? before.handles : handlesOf(size),
    data: before && before.data.label === data.label && before.data.shape === data.shape ? before.data : data,
    selected,
    ...(stays && { draggable: false }),
    zIndex: depth(cell.shape === 'boundary' ? layers.boundary : layers.node, cell.z),
    ariaLabel: name,
    ariaRole: 'group',
    domAttributes: outOfTabOrder,
  };
  return sameNode(node, before) ? before : node;
}

export function edgeFor(
  cell: EdgeCell,
  way: Value<Route>,
  { selected, name, before }: { selected: boolean; name: string; before?: FlowEdge },
): FlowEdge {
  const { source, target } = way.get();
  const edge: FlowEdge = {
    id: cell.id,
    type: 'way',
    source: cell.source.cell,
    target: cell.target.cell,
    sourceHandle: source,
    targetHandle: target,
    data: before?.data?.cell === cell && before.data.way === way ? before.data : { cell, way },
    selected,
    zIndex: depth(layers.edge, cell.z),
    ariaLabel: name,
    ariaRole: 'group',
    domAttributes: outOfTabOrder,
  };
  return alike(edge, before, edgeFields) ? before : edge;
}

const nodeFields = [
  'type',
  'width',
  'height',
  'measured',
  'handles',
  'data',
  'selected',
  'draggable',
  'zIndex',
  'ariaLabel',
] as const;
const edgeFields = ['sourceHandle', 'targetHandle', 'data', 'selected', 'zIndex', 'ariaLabel'] as const;

function sameNode(node: FlowNode, before: FlowNode | undefined): before is FlowNode {
  const { x, y } = node.position;
  return alike(node, before, nodeFields) && before.position.x === x && before.position.y === y;
}

function alike<Drawn extends Node | Edge>(
  one: Drawn,
  other: Drawn | undefined,
  fields: readonly (keyof Drawn)[],
): other is Drawn {
  return other !== undefined && fields.every((field) => one[field] === other[field]);
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
