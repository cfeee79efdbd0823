/** What is asked before the host ends the session for everybody. */
import { useTranslation } from 'react-i18next';
import type { Question } from '../../confirm.tsx';
import { useOpenDiagram } from '../open-diagram.ts';

export function useEnding(): () => Question {
  const { t } = useTranslation('room');
  const { diagram } = useOpenDiagram();
  return () => {
    const others = diagram.participants.length - 1;
    return {
      title: t('endTitle'),
      text: others > 0 ? t('endText', { count: others }) : t('endAlone'),
      label: others > 0 ? t('endForAll') : t('endSession'),
      danger: true,
      run: diagram.end,
    };
  };
}
