/** The editor, drawn anew only when the diagram or what I may do is another. */
import { memo } from 'react';
import { Editor } from '../editor/editor.tsx';

export const Canvas = memo(Editor);
