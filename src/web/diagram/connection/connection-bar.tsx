/** A thin bar while the connection is lost: drawing goes on below it. A connection that is back at once shows nothing. */
import { Button } from '@mantine/core';
import { useNetwork } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { useDiagramState, useSaved, useStatus } from '../../../client/react/index.ts';
import { useLasting } from '../bar/lasting.ts';
import { useOpenDiagram } from '../open-diagram.ts';
import styles from './connection-bar.module.css';
import { useSecondsUntil } from './seconds-until.ts';

const SHOWS_AFTER = 1000;

export function ConnectionBar() {
  const { t } = useTranslation('room');
  const { diagram } = useOpenDiagram();
  const status = useStatus(diagram);
  const reader = useDiagramState(diagram, ({ permissions }) => permissions === 'reader');
  const { keptHere } = useSaved(diagram);
  const { online } = useNetwork();
  const isLost = status.kind === 'reconnecting' || status.kind === 'connecting';
  const isShown = useLasting(isLost, { after: SHOWS_AFTER });
  const next = status.kind === 'reconnecting' ? status.nextAttemptAt : null;
  const seconds = useSecondsUntil(next);
  if (!isShown || !isLost) return null;

  const reason = status.kind === 'reconnecting' ? status.reason : null;
  const known = reason === 'server_busy' ? 'busyBar' : reason === 'too_many' ? 'fullBar' : null;
  const why = t(known ?? (online ? 'reconnecting' : 'deviceOffline'));
  const sentences = reader ? [why] : [why, t(keptHere ? 'drawingIsKept' : 'drawingIsNotKept')];
  return (
    <div className={styles.bar} role="status">
      <span>{sentences.join(' ')}</span>
      <span className={styles.quiet} aria-hidden>
        {seconds > 0 ? t('tryingIn', { seconds }) : t('tryingNow')}
      </span>
      <Button size="compact-xs" variant="default" onClick={diagram.retry}>
        {t('tryNow')}
      </Button>
    </div>
  );
}
