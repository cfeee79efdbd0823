/** The canvas of a diagram that is open, with its bars and its keys. */
import { ReactFlowProvider, useReactFlow, useStoreApi } from '@xyflow/react';
import { useCallback, useEffect, useId, useMemo, useRef, useState, useSyncExternalStore, type DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiveDiagram } from '../../client/index.ts';
import { BottomBar } from './bars/bottom-bar.tsx';
import { KeysDialog } from './bars/keys-dialog.tsx';
import { droppedShape, isShapeDragged, Palette } from './bars/palette.tsx';
import { SelectionBar } from './bars/selection-bar.tsx';
import { Canvas, isTouched } from './canvas/canvas.tsx';
import styles from './canvas/canvas.module.css';
import { describeIn } from './canvas/describing.ts';
import { useFraming } from './canvas/framing.ts';
import { DeskProvider, openDesk, type Desk } from './desk.ts';
import layout from './editor.module.css';
import { createActing } from './hands/acting.ts';
import { clipboardOf } from './hands/clipboard.ts';
import { useClipboard } from './hands/use-clipboard.ts';
import { useKeys } from './hands/use-keys.ts';
import type { Point } from './model/geometry.ts';
import type { Shape } from './model/shapes.ts';
import { Cursors } from './presence/cursors.tsx';
import { useFollowing } from './presence/following.ts';
import { createOutlines, OutlinesProvider } from './presence/outlines.ts';
import { useTelling } from './presence/telling.ts';
import { createValue } from './value.ts';

export interface EditorProps {
  diagram: LiveDiagram;
  /** Whether the person may edit; it may change while the canvas is open. */
  writable: boolean;
  /** Tells what happened, in a sentence. */
  say(sentence: string): void;
}

export function Editor({ diagram, writable, say }: EditorProps) {
  const { t } = useTranslation('editor');
  const desk = useMemo(() => openDesk(diagram), [diagram]);
  const outlines = useMemo(() => createOutlines(diagram), [diagram]);
  // Before the drawing begins, so that nothing is drawn twice.
  useEffect(() => desk.drawing.describe(describeIn(t)), [desk, t]);
  useEffect(() => desk.drawing.touch(isTouched), [desk]);
  useEffect(() => {
    const stops = [desk.history.start(), desk.drawing.start(), outlines.start()];
    return () => stops.forEach((stop) => stop());
  }, [desk, outlines]);
  useEffect(() => {
    desk.writable.set(writable);
    if (writable) return;
    desk.moving.abandon();
    desk.renaming.set(null);
  }, [desk, writable]);
  return (
    <DeskProvider value={desk}>
      <OutlinesProvider value={outlines}>
        <ReactFlowProvider>
          <Surface desk={desk} writable={writable} say={say} />
        </ReactFlowProvider>
      </OutlinesProvider>
    </DeskProvider>
  );
}

function Surface({ desk, writable, say }: Pick<EditorProps, 'writable' | 'say'> & { desk: Desk }) {
  const { t } = useTranslation('editor');
  const { diagram, drawing } = desk;
  const { screenToFlowPosition } = useReactFlow();
  const store = useStoreApi();
  const canvas = useRef<HTMLDivElement>(null);
  const [pointer] = useState(() => createValue<Point | null>(null));
  const [overview, setOverview] = useState(false);
  const [keys, setKeys] = useState(false);
  const hint = useId();
  const acting = useMemo(() => createActing(desk), [desk]);
  // Whoever opens a diagram can begin with the keys.
  useEffect(() => {
    if (document.activeElement === document.body) canvas.current?.focus({ preventScroll: true });
  }, []);
  const telling = useTelling(diagram, drawing);
  useFollowing(diagram);
  useFraming(drawing);
  const isEmpty = useSyncExternalStore(drawing.subscribe, () => drawing.cells.size === 0);

  /** Where something new goes: under the pointer, else into the middle of what is seen. */
  const middle = useCallback((): Point => {
    const pointed = pointer.get();
    if (pointed) return screenToFlowPosition(pointed, { snapToGrid: false });
    const { width, height, transform } = store.getState();
    return { x: (width / 2 - transform[0]) / transform[2], y: (height / 2 - transform[1]) / transform[2] };
  }, [pointer, screenToFlowPosition, store]);
  const clipboard = useMemo(() => clipboardOf(desk, acting, { middle, say, t }), [desk, acting, middle, say, t]);
  useClipboard(clipboard);
  useKeys(desk, acting, middle, () => setKeys(true));

  function choose(shape: Shape): void {
    pointer.set(null);
    acting.create(shape, middle());
  }

  function drop(event: DragEvent): void {
    const shape = droppedShape(event);
    if (!shape) return;
    event.preventDefault();
    acting.create(shape, screenToFlowPosition({ x: event.clientX, y: event.clientY }, { snapToGrid: false }));
  }

  return (
    <div
      ref={canvas}
      className={styles.canvas}
      data-canvas
      role="application"
      aria-label={t('canvas')}
      aria-describedby={hint}
      tabIndex={0}
      onPointerDownCapture={(event) => {
        drawing.touch(event.pointerType === 'touch');
        const inField = event.target instanceof HTMLElement && event.target.closest('input, textarea, button');
        if (!inField) canvas.current?.focus({ preventScroll: true });
      }}
      onPointerMove={(event) => {
        pointer.set({ x: event.clientX, y: event.clientY });
        telling.onPointerMove(event);
      }}
      onPointerLeave={() => {
        pointer.set(null);
        telling.onPointerLeave();
      }}
      onDragOver={(event) => {
        if (writable && isShapeDragged(event)) event.preventDefault();
      }}
      onDrop={drop}
    >
      <span id={hint} hidden>
        {t('canvasHint')}
      </span>
      <Canvas acting={acting} writable={writable} overview={overview}>
        <Cursors diagram={diagram} />
      </Canvas>
      {isEmpty && (
        <div className={styles.empty}>
          <strong>{t('empty')}</strong>
          <span>{t(!writable ? 'emptyReader' : isTouched ? 'emptyTouch' : 'emptyHint')}</span>
        </div>
      )}
      {writable && (
        <div className={layout.left}>
          <Palette onChoose={choose} />
        </div>
      )}
      <div className={layout.bottom}>
        {writable && <SelectionBar acting={acting} />}
        <BottomBar
          acting={acting}
          writable={writable}
          overview={overview}
          onOverview={() => setOverview((shown) => !shown)}
          onKeys={() => setKeys(true)}
        />
      </div>
      <KeysDialog opened={keys} onClose={() => setKeys(false)} />
    </div>
  );
}
