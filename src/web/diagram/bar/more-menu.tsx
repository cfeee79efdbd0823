/** The rest: files, looks, ending; on a phone also what the bar has no room for. */
import { ActionIcon, Menu } from '@mantine/core';
import {
  IconBraces,
  IconDots,
  IconDoorExit,
  IconFileImport,
  IconHistory,
  IconMessageCircle,
  IconPhoto,
  IconPresentation,
  IconUserPlus,
  IconVector,
} from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDiagramState, useParticipants } from '../../../client/react/index.ts';
import { exportJson, exportPng, exportSvg, importFile } from '../../editor/transfer/files.ts';
import { LooksItems } from '../../looks-items.tsx';
import { Confirm, type Question } from '../../confirm.tsx';
import { useDiagramName } from '../diagram-queries.ts';
import { useSay } from '../notices/saying.ts';
import { useOpenDiagram } from '../open-diagram.ts';
import type { PanelName } from '../panel.tsx';
import { useEnding } from '../people/ending-question.ts';
import { usePhone } from '../phone.ts';

interface MoreMenuProps {
  toggle(name: PanelName): void;
  share(): void;
}

const icon = { size: 16, stroke: 1.75 };

export function MoreMenu({ toggle, share }: MoreMenuProps) {
  const { t } = useTranslation('room');
  const { t: words } = useTranslation('editor');
  const { diagram } = useOpenDiagram();
  const { hosting } = useParticipants(diagram);
  const me = useDiagramState(diagram, (state) => state.me);
  const asked = useDiagramState(diagram, (state) => state.askedToPresent);
  const writer = useDiagramState(diagram, ({ permissions }) => permissions === 'writer');
  const name = useDiagramName();
  const phone = usePhone();
  const say = useSay();
  const ending = useEnding();
  const [question, ask] = useState<Question | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const { cells } = diagram;

  async function read(input: HTMLInputElement): Promise<void> {
    const chosen = input.files?.[0];
    input.value = '';
    if (!chosen) return;
    const mayEdit = () => diagram.state.permissions === 'writer';
    const imported = await importFile(cells, chosen, words, mayEdit).catch(() => ({
      sentences: [words('import_unreadable')],
    }));
    if (imported) say(imported.sentences.join(' '));
  }

  return (
    <>
      <Menu position="bottom-end" width={232}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size={36} aria-label={t('more')}>
            <IconDots size={20} stroke={1.75} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {phone && (
            <>
              <Menu.Item leftSection={<IconUserPlus {...icon} />} onClick={share}>
                {t('share')}
              </Menu.Item>
              {!me?.is_presenter && (
                <Menu.Item
                  leftSection={<IconPresentation {...icon} />}
                  onClick={() => (me?.is_host ? diagram.givePresenter(me.user_id) : diagram.requestPresenter())}
                >
                  {me?.is_host ? t('present') : asked ? t('askAgain') : t('askToPresent')}
                </Menu.Item>
              )}
              <Menu.Item leftSection={<IconMessageCircle {...icon} />} onClick={() => toggle('chat')}>
                {t('chat')}
              </Menu.Item>
              <Menu.Item leftSection={<IconHistory {...icon} />} onClick={() => toggle('history')}>
                {t('history')}
              </Menu.Item>
              <Menu.Divider />
            </>
          )}
          {writer && (
            <Menu.Item leftSection={<IconFileImport {...icon} />} onClick={() => file.current?.click()}>
              {t('importJson')}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconBraces {...icon} />} onClick={() => exportJson(cells, name)}>
            {t('exportJson')}
          </Menu.Item>
          <Menu.Item leftSection={<IconVector {...icon} />} onClick={() => exportSvg(cells, name)}>
            {t('exportSvg')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconPhoto {...icon} />}
            onClick={() => void exportPng(cells, name).catch(() => say(t('exportFailed')))}
          >
            {t('exportPng')}
          </Menu.Item>
          <Menu.Divider />
          <LooksItems />
          {hosting && (
            <>
              <Menu.Divider />
              <Menu.Item color="red" leftSection={<IconDoorExit {...icon} />} onClick={() => ask(ending())}>
                {t('endSession')}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <input
        ref={file}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label={t('importJson')}
        onChange={(event) => void read(event.currentTarget)}
      />
      <Confirm question={question} close={() => ask(null)} />
    </>
  );
}
