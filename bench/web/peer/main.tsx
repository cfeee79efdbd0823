/** React Flow by itself, with the same cells as its own nodes and edges: what it costs without anything of ours. */
import { ReactFlow, SelectionMode, useReactFlow, type Edge, type Node } from '@xyflow/react';
import { createRoot } from 'react-dom/client';
import { cellsOfGrid } from '../grid.ts';

const cells = cellsOfGrid();
const nodes: Node[] = cells.flatMap((cell) =>
  'x' in cell
    ? [
        {
          id: cell.id,
          position: { x: cell.x, y: cell.y },
          width: cell.width,
          height: cell.height,
          data: { label: cell.label },
        },
      ]
    : [],
);
const edges: Edge[] = cells.flatMap((cell) =>
  'source' in cell
    ? [{ id: cell.id, source: cell.source.cell, target: cell.target.cell, label: cell.label ?? '' }]
    : [],
);

/** In place of somebody else: moves some nodes as often as it is told to. */
function Mover() {
  const { setNodes } = useReactFlow();
  Object.assign(globalThis, {
    moveNodes(places: Record<string, { x: number; y: number }>) {
      setNodes((all) => all.map((node) => (places[node.id] ? { ...node, position: places[node.id]! } : node)));
    },
  });
  return null;
}

createRoot(document.getElementById('app')!).render(
  <ReactFlow
    defaultNodes={nodes}
    defaultEdges={edges}
    fitView
    minZoom={0.1}
    selectionOnDrag
    panOnDrag={[1, 2]}
    selectionMode={SelectionMode.Partial}
  >
    <Mover />
  </ReactFlow>,
);
