/** The list of keys. */
import { Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import styles from './bars.module.css';

const COMMAND = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';

export function KeysDialog({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const { t } = useTranslation('editor');
  const groups = [
    {
      title: t('keysDraw'),
      keys: [
        [['1', '–', '5'], t('keyShapes')],
        [['C'], t('keyConnect')],
        [['Enter'], t('keyRename')],
        [['↑', '↓', '←', '→'], t('keyMove')],
        [['Shift', '↑'], t('keyMoveFar')],
        [['Alt', '↑'], t('keyResize')],
        [['Delete'], t('keyRemove')],
      ],
    },
    {
      title: t('keysEdit'),
      keys: [
        [[COMMAND, 'Z'], t('keyUndo')],
        [[COMMAND, 'Shift', 'Z'], t('keyRedo')],
        [[COMMAND, 'C'], t('keyCopy')],
        [[COMMAND, 'X'], t('keyCut')],
        [[COMMAND, 'V'], t('keyPaste')],
        [[COMMAND, 'D'], t('keyDuplicate')],
        [[COMMAND, 'A'], t('keyAll')],
      ],
    },
    {
      title: t('keysLook'),
      keys: [
        [['Tab'], t('keyNext')],
        [['S'], t('keyKeep')],
        [['Esc'], t('keyLeave')],
        [[t('space'), t('drag')], t('keyPan')],
        [[t('wheel')], t('keyZoom')],
        [['F'], t('keyFit')],
        [['?'], t('keyHelp')],
      ],
    },
  ] as const;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('keys')}
      size={720}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <div className={styles.keys}>
        {groups.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([pressed, does]) => (
                <div key={does}>
                  <dt>{does}</dt>
                  <dd>
                    {pressed.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
