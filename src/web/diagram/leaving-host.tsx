/** A host who goes to another page takes the session along, soon after: asked about when others are here (CS7). */
import { useTranslation } from 'react-i18next';
import { useBlocker } from 'react-router';
import { Confirm } from '../confirm.tsx';
import { useOpenDiagram } from './open-diagram.ts';

export function LeavingHost() {
  const { t } = useTranslation('room');
  const { diagram } = useOpenDiagram();
  const others = () => new Set(diagram.participants.map(({ user_id }) => user_id)).size - 1;
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      currentLocation.pathname !== nextLocation.pathname &&
      diagram.status.kind === 'live' &&
      diagram.me?.is_host === true &&
      others() > 0,
  );
  // The dialog closes also when its question is answered by leaving: that takes nothing back.
  let leaves = false;
  const question =
    blocker.state === 'blocked'
      ? {
          title: t('leaveTitle'),
          text: t('leaveText', { count: others() }),
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
