/** The page of one diagram. */
import { useParams } from 'react-router';
import { useDiagram, useDiagramState } from '../../client/react/index.ts';
import { Editor } from '../editor/editor.tsx';
import { useSignedIn } from '../identity/signed-in.tsx';

export default function DiagramPage() {
  const { threatModelId = '', diagramId = '' } = useParams();
  const { client } = useSignedIn();
  const diagram = useDiagram(client, { threatModelId, diagramId });
  const writable = useDiagramState(diagram, ({ permissions }) => permissions === 'writer');
  return diagram && <Editor diagram={diagram} writable={writable} />;
}
