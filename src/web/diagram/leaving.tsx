/**
 * What is asked of whoever goes to another page: a host takes the session along, soon after, when others are here (CS7);
 * and what is not saved is lost where this device keeps nothing. The browser asks the same of whoever closes the page.
 */
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useBlocker } from 'react-router';
import type { LiveDiagram } from '../../client/index.ts';
import { Confirm } from '../confirm.tsx';
import { useOpenDiagram } from './open-diagram.ts';

export function Leaving() {
  const { t } = useTranslation('room');
  const { diagram } = useOpenDiagram();
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => losesChanges(diagram) && event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [diagram]);

  const others = () => new Set(diagram.participants.map(({ user_id }) => user_id)).size - 1;
  const endsSession = () => diagram.status.kind === 'live' && diagram.me?.is_host === true && others() > 0;
  const isSaving = () => diagram.status.kind === 'live' && diagram.permissions === 'writer'; // what is sent is saved
  const asks = () => endsSession() || (losesChanges(diagram) && !isSaving());
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => currentLocation.pathname !== nextLocation.pathname && asks(),
  );
  // The dialog closes also when its question is answered by leaving: that takes nothing back.
  let leaves = false;
  const words = () =>
    endsSession()
      ? { title: t('leaveTitle'), text: t('leaveText', { count: others() }) }
      : { title: t('loseTitle'), text: t('notKept', { count: diagram.unsavedChanges }) };
  const question =
    blocker.state === 'blocked' && asks() // the session may have ended meanwhile
      ? {
          ...words(),
          label: t('leave'),
          danger: true,
          run() {
            leaves = true;
            blocker.proceed();
          },
        }
      : null;
  return <Confirm question={question} close={() => !leaves && blocker.state === 'blocked' && blocker.reset()} />;
}

function losesChanges({ status, state }: LiveDiagram): boolean {
  const hasLeft = status.kind === 'ended' && status.reason === 'left';
  return !state.saved && !state.keptHere && !hasLeft;
}
