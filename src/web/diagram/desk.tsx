/**
 * Everything on the page of an open diagram: the top bar, the canvas with what lies over it, and one panel at a time.
 * The canvas is handed down as it is, so that nothing that happens around it draws it anew.
 */
import { useCallback, useState } from 'react';
import { useDiagramState } from '../../client/react/index.ts';
import type { Version } from '../../client/index.ts';
import { Canvas } from './canvas.tsx';
import { TopBar } from './bar/top-bar.tsx';
import { ChatProvider } from './chat/chat.tsx';
import { ChatPanel } from './chat/chat-panel.tsx';
import { ConnectionBar } from './connection/connection-bar.tsx';
import styles from './desk.module.css';
import { HistoryPanel } from './history/history-panel.tsx';
import { useOthersRestoring } from './history/others-restoring.ts';
import { PreviewStage } from './history/preview-stage.tsx';
import { NoticeStack } from './notices/notice-stack.tsx';
import { SayProvider } from './notices/saying.ts';
import { useOthersChanges } from './looking-away.ts';
import { useOpenDiagram } from './open-diagram.ts';
import type { PanelName } from './panel.tsx';
import { PeoplePanel } from './people/people-panel.tsx';
import { PresentingFrame } from './presenting/presenting-frame.tsx';
import { usePageTitle } from './page-title.ts';
import { useDiagramName } from './diagram-queries.ts';

export function Desk() {
  const { diagram } = useOpenDiagram();
  const [panel, setPanel] = useState<PanelName | null>(null);
  const [previewed, preview] = useState<Version | null>(null);
  const [said, setSaid] = useState<{ sentence: string } | null>(null);
  const say = useCallback((sentence: string) => setSaid({ sentence }), []);
  const writer = useDiagramState(diagram, ({ permissions }) => permissions === 'writer');
  usePageTitle(useDiagramName());
  useOthersChanges();
  useOthersRestoring(say);

  const toggle = useCallback((name: PanelName) => {
    setPanel((open) => (open === name ? null : name));
    preview(null);
  }, []);
  const close = useCallback(() => {
    setPanel(null);
    preview(null);
  }, []);
  const showPeople = useCallback(() => {
    setPanel('people');
    preview(null);
  }, []);

  return (
    <ChatProvider watching={panel === 'chat'}>
      <SayProvider value={say}>
        <div className={styles.desk}>
          <TopBar panel={panel} toggle={toggle} />
          <div className={styles.work}>
            <main className={styles.stage}>
              <div className={styles.canvas} inert={previewed !== null}>
                <Canvas diagram={diagram} writable={writer && previewed === null} say={say} />
              </div>
              <div className={styles.over} data-previewing={previewed !== null || undefined}>
                <ConnectionBar />
                {previewed === null ? (
                  <PresentingFrame />
                ) : (
                  <PreviewStage version={previewed} close={() => preview(null)} />
                )}
                <NoticeStack said={said} showPeople={showPeople} />
              </div>
            </main>
            {panel === 'people' && <PeoplePanel close={close} />}
            {panel === 'chat' && <ChatPanel close={close} />}
            {panel === 'history' && <HistoryPanel close={close} previewed={previewed} preview={preview} />}
          </div>
        </div>
      </SayProvider>
    </ChatProvider>
  );
}
