/** Takes along what was changed here and is not saved, as JSON. */
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../copy-button.tsx';
import { useOpenDiagram } from './open-diagram.ts';

export function CopyUnsaved() {
  const { t } = useTranslation('room');
  const { diagram } = useOpenDiagram();
  const text = () => JSON.stringify({ cells: diagram.unsavedCells() }, null, 2);
  return <CopyButton text={text} label={t('copyUnsaved')} copied={t('copied')} size="compact-sm" variant="light" />;
}
