/**
 * Around the canvas: a frame in the presenter's colour while I follow them, or while I present as somebody's guest; and
 * a small word on who presents, with a way to follow. Moving the canvas stops following (the editor does that), so does
 * Esc.
 */
import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDiagramState } from '../../../client/react/index.ts';
import { useOpenDiagram } from '../open-diagram.ts';
import styles from './presenting.module.css';

export function PresentingFrame() {
  const { t } = useTranslation('room');
  const { diagram, nameOf } = useOpenDiagram();
  const presenter = useDiagramState(diagram, (state) => state.presenter);
  const color = useDiagramState(
    diagram,
    ({ participants }) => participants.find(({ is_presenter }) => is_presenter)?.color ?? null,
  );
  const mine = useDiagramState(diagram, ({ me }) => me?.is_presenter ?? false);
  const host = useDiagramState(diagram, ({ me }) => me?.is_host ?? false);
  const wanted = useDiagramState(diagram, (state) => state.following);
  const following = wanted && !mine && color !== null;
  const followed = useFollowed(presenter, following);
  useEscape(following, diagram.stopFollowing);
  useEffect(() => {
    if (mine) diagram.stopFollowing();
  }, [diagram, mine]);

  // The host presents unless somebody else does: that is nothing to frame.
  if (presenter === null || color === null || (mine && host)) return null;
  const name = nameOf(presenter);
  const framed = mine || following;
  return (
    <>
      {framed && <div className={styles.frame} style={{ borderColor: color }} aria-hidden />}
      <div className={styles.tag} data-framed={framed || undefined} style={framed ? { backgroundColor: color } : {}}>
        <span className={styles.dot} style={{ backgroundColor: color }} aria-hidden />
        <span className={styles.who} role="status">
          {mine ? t('youPresent') : following ? t('following', { name }) : t('presents', { name })}
        </span>
        {following && <span className={styles.hint}>{t('stopHint')}</span>}
        {!mine && (
          <Button
            size="compact-sm"
            variant={following ? 'white' : 'light'}
            className={styles.button}
            onClick={following ? diagram.stopFollowing : diagram.followPresenter}
          >
            {following ? t('stopFollowing') : followed ? t('followAgain') : t('follow')}
          </Button>
        )}
      </div>
    </>
  );
}

/** Whether I have followed this presenter before. */
function useFollowed(presenter: string | null, following: boolean): boolean {
  const [followed, follow] = useState<string | null>(null);
  if (following && followed !== presenter) follow(presenter);
  return followed !== null && followed === presenter;
}

/** Esc that nothing else has used, and that no dialog or field is waiting for. */
function useEscape(active: boolean, run: () => void): void {
  useEffect(() => {
    if (!active) return;
    const hear = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('[role="dialog"]')) run();
    };
    addEventListener('keydown', hear);
    return () => removeEventListener('keydown', hear);
  }, [active, run]);
}
