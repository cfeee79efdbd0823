/** What stands around every page but a diagram: where one can go, and who is signed in. */
import { Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { IconChevronDown, IconLanguage, IconLogout, IconSun } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, NavLink, Outlet } from 'react-router';
import { nameOf, useSignedIn } from '../identity/signed-in.tsx';
import { languages, type Language } from '../language/language.ts';
import styles from './frame.module.css';

export function Frame() {
  const { t } = useTranslation('entry');
  return (
    <div className={styles.frame}>
      <header className={styles.header}>
        <Link to="/" className={styles.brand}>
          <img src="/icon.svg" alt="" width={28} height={28} />
          <span>Roundtable</span>
        </Link>
        <nav className={styles.nav}>
          <NavLink to="/" end>
            {t('diagrams')}
          </NavLink>
          <NavLink to="/workspaces">{t('workspaces')}</NavLink>
          <NavLink to="/groups">{t('groups')}</NavLink>
        </nav>
        <Account />
      </header>
      <main className={styles.main}>
        <Outlet />
      </main>
    </div>
  );
}

function Account() {
  const { t, i18n } = useTranslation('entry');
  const { me, signOut } = useSignedIn();
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const themes = { auto: t('themeAuto'), light: t('themeLight'), dark: t('themeDark') };
  const next = { auto: 'light', light: 'dark', dark: 'auto' } as const;
  const name = nameOf(me);
  return (
    <Menu position="bottom-end" width={224}>
      <Menu.Target>
        <UnstyledButton className={styles.account} aria-label={t('account', { name })}>
          <span className={styles.initials} aria-hidden>
            {[...name][0]?.toLocaleUpperCase()}
          </span>
          <span className={styles.name}>{name}</span>
          <IconChevronDown size={16} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.email}</Menu.Label>
        <Menu.Item
          closeMenuOnClick={false}
          leftSection={<IconSun size={16} />}
          onClick={() => setColorScheme(next[colorScheme])}
        >
          {t('theme')}: {themes[colorScheme]}
        </Menu.Item>
        {(Object.keys(languages) as Language[])
          .filter((language) => language !== i18n.language)
          .map((language) => (
            <Menu.Item
              key={language}
              lang={language}
              leftSection={<IconLanguage size={16} />}
              onClick={() => void i18n.changeLanguage(language)}
            >
              {languages[language]}
            </Menu.Item>
          ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={signOut}>
          {t('signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
