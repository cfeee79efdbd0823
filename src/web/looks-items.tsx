/** In a menu: the theme, light, dark or as the system has it, and the other languages. */
import { Menu, useMantineColorScheme } from '@mantine/core';
import { IconLanguage, IconSun } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { languages, type Language } from './language/language.ts';

const next = { auto: 'light', light: 'dark', dark: 'auto' } as const;
const icon = { size: 16, stroke: 1.75 };

export function LooksItems() {
  const { t, i18n } = useTranslation('entry');
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const themes = { auto: t('themeAuto'), light: t('themeLight'), dark: t('themeDark') };
  const others = (Object.keys(languages) as Language[]).filter((language) => language !== i18n.language);
  return (
    <>
      <Menu.Item
        closeMenuOnClick={false}
        leftSection={<IconSun {...icon} />}
        onClick={() => setColorScheme(next[colorScheme])}
      >
        {t('theme')}: {themes[colorScheme]}
      </Menu.Item>
      {others.map((language) => (
        <Menu.Item
          key={language}
          lang={language}
          leftSection={<IconLanguage {...icon} />}
          onClick={() => void i18n.changeLanguage(language)}
        >
          {languages[language]}
        </Menu.Item>
      ))}
    </>
  );
}
