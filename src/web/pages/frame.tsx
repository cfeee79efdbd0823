/** What stands around every page but a diagram: where one can go, and who is signed in. */
import { Menu, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconLogout } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, NavLink, Outlet } from 'react-router';
import { nameOf, useSignedIn } from '../identity/signed-in.tsx';
import { LooksItems } from '../looks-items.tsx';
import { initialsOf } from '../people/initials.ts';
import styles from './frame.module.css';

export function Frame() {
  const { t } = useTranslation('entry');
  return (
    <div className={styles.frame}>
      <header className={styles.header}>
        <Link to="/" className={styles.brand} aria-label="Roundtable">
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
      <div className={styles.middle}>
        <main className={styles.main}>
          <Outlet />
        </main>
      </div>
    </div>
  );
}

function Account() {
  const { t } = useTranslation('entry');
  const { me, signOut } = useSignedIn();
  const name = nameOf(me);
  return (
    <Menu position="bottom-end" width={224}>
      <Menu.Target>
        <UnstyledButton className={styles.account} aria-label={t('account', { name })}>
          <span className={styles.initials} aria-hidden>
            {initialsOf(name)}
          </span>
          <span className={styles.name}>{name}</span>
          <IconChevronDown size={16} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.email}</Menu.Label>
        <LooksItems />
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={signOut}>
          {t('signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
