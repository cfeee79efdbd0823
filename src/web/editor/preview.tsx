/** The canvas of content that nobody edits, such as a version: it can be looked around in, and nothing else. */
import '@xyflow/react/dist/base.css';
import { Background, BackgroundVariant, ConnectionMode, ReactFlow, ReactFlowProvider } from '@xyflow/react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { StoredCell } from '../../client/index.ts';
import { edgeTypes, nodeTypes } from './canvas/canvas.tsx';
import styles from './canvas/canvas.module.css';
import { describeIn } from './canvas/describing.ts';
import { createPicture } from './canvas/picture.ts';
import { readCells } from './model/cell.ts';
import { GRID } from './model/shapes.ts';

export function Preview({ cells }: { cells: readonly StoredCell[] }) {
  const { t } = useTranslation('editor');
  const { nodes, edges } = useMemo(() => {
    const picture = createPicture(describeIn(t));
    picture.put(readCells(cells));
    return picture.drawn();
  }, [cells, t]);
  return (
    <ReactFlowProvider>
      <ReactFlow
        key={nodes.map(({ id }) => id).join()}
        className={`${styles.flow} ${styles.readOnly}`}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        connectionMode={ConnectionMode.Loose}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        zIndexMode="manual"
        minZoom={0.05}
        fitView
        fitViewOptions={{ padding: 0.1, maxZoom: 1 }}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={GRID * 2} size={1.25} />
      </ReactFlow>
    </ReactFlowProvider>
  );
}
