/**
 * What is told once, over the canvas: calm cards that go by themselves, and requests to present, which stand until they
 * are answered; of many the first, all of them are in the list of people. Whoever is made a reader while they edit is
 * told what is saved and what is kept, and where.
 */
import { Button, CloseButton } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDiagramState, useSaved } from '../../../client/react/index.ts';
import { CopyUnsaved } from '../copy-unsaved.tsx';
import { useOpenDiagram } from '../open-diagram.ts';
import styles from './notices.module.css';
import { toldBy, toldIn, toldOf, withNewer, type Told } from './told.ts';

/** What is only news goes after so many ms; what needs an answer stays. */
const STAYS = 8000;
const MOST = 3;
const MOST_REQUESTS = 2;

interface Notice {
  id: number;
  told: Told;
}

let last = 0;

interface NoticeStackProps {
  said: { sentence: string } | null;
  showPeople(): void;
}

export function NoticeStack({ said, showPeople }: NoticeStackProps) {
  const { t } = useTranslation('room');
  const { diagram, nameOf } = useOpenDiagram();
  const requests = useDiagramState(diagram, (state) => state.presenterRequests);
  const more = requests.length - MOST_REQUESTS;
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const dismiss = useCallback((id: number) => setNotices((shown) => shown.filter((notice) => notice.id !== id)), []);

  useEffect(() => {
    let before = diagram.state;
    const add = (told: readonly (Told | null)[]) => {
      const fresh = told.filter((one) => one !== null).map((one) => ({ id: (last += 1), told: one }));
      if (fresh.length > 0) setNotices((shown) => withNewer(shown, fresh, MOST));
    };
    const stops = [
      diagram.on('change', (after) => {
        add(toldBy(before, after));
        before = after;
      }),
      diagram.on('message', (message) => add([toldIn(message, diagram.host)])),
      diagram.on('refused', (refused) => add([toldOf(refused)])),
    ];
    return () => stops.forEach((stop) => stop());
  }, [diagram]);

  const [heard, hear] = useState(said);
  if (said !== heard) {
    hear(said);
    if (said)
      setNotices((shown) =>
        withNewer(shown, [{ id: (last += 1), told: { kind: 'said', sentence: said.sentence } }], MOST),
      );
  }

  return (
    <section className={styles.stack} aria-label={t('notices')} aria-live="polite">
      {requests.slice(0, MOST_REQUESTS).map((user) => (
        <div key={user} className={styles.notice}>
          <span>{t('asksToPresent', { name: nameOf(user) })}</span>
          <div className={styles.ways}>
            <Button size="compact-sm" onClick={() => diagram.givePresenter(user)}>
              {t('give')}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => diagram.denyPresenter(user)}>
              {t('notNow')}
            </Button>
          </div>
        </div>
      ))}
      {more > 0 && (
        <div className={styles.notice}>
          <span>{t('moreAskToPresent', { count: more })}</span>
          <div className={styles.ways}>
            <Button size="compact-sm" variant="default" onClick={showPeople}>
              {t('showPeople')}
            </Button>
          </div>
        </div>
      )}
      {notices.map(({ id, told }) => (
        <Card key={id} id={id} told={told} dismiss={dismiss} />
      ))}
    </section>
  );
}

function Card({ id, told, dismiss }: { id: number; told: Told; dismiss(id: number): void }) {
  const { t } = useTranslation('room');
  const { diagram, nameOf } = useOpenDiagram();
  const { unsavedChanges: unsaved, keptHere } = useSaved(diagram);
  const keeps = told.kind === 'reader' && unsaved > 0;
  useEffect(() => {
    if (keeps) return;
    const timer = setTimeout(() => dismiss(id), STAYS);
    return () => clearTimeout(timer);
  }, [keeps, dismiss, id]);
  return (
    <div className={styles.notice}>
      <span>{sentence()}</span>
      {keeps && (
        <div className={styles.ways}>
          <CopyUnsaved />
        </div>
      )}
      <CloseButton className={styles.close} size="sm" aria-label={t('dismiss')} onClick={() => dismiss(id)} />
    </div>
  );

  function sentence(): string {
    switch (told.kind) {
      case 'said':
        return told.sentence;
      case 'hosting':
        return t('toldHosting');
      case 'presenting':
        return t('toldPresenting', { name: nameOf(told.by) });
      case 'presented':
        return t('toldPresented', { name: nameOf(told.user) });
      case 'denied':
        return t('toldDenied', { name: nameOf(told.by) });
      case 'writer':
        return t('toldWriter');
      case 'reader':
        if (unsaved === 0) return t('toldReaderSaved');
        return t(keptHere ? 'toldReaderKept' : 'toldReaderNotKept', { count: unsaved });
      case 'refused':
        return t(refusals[told.code] ?? 'refusedOther');
    }
  }
}

const refusals = {
  forbidden: 'refusedForbidden',
  unreachable: 'refusedUnreachable',
  not_found: 'refusedGone',
  member_not_found: 'refusedGone',
  user_not_found: 'refusedGone',
} as Partial<Record<string, 'refusedForbidden' | 'refusedUnreachable' | 'refusedGone'>>;
