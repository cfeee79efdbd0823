/** The demo people as cards: whoever picks one is them. */
import { Text, UnstyledButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { demoPeople } from '../identity/demo-people.ts';
import { devSignIn } from '../identity/dev-sign-in.ts';
import { useIdentity } from '../identity/signed-in.tsx';
import styles from './sign-in-page-demo.module.css';

export function DemoCards() {
  const { t } = useTranslation('signingIn');
  const identity = useIdentity();
  const demo = useMutation({ mutationFn: devSignIn, onSuccess: identity.signIn });
  return (
    <section className={styles.cards} aria-label={t('chooseWhoYouAre')}>
      <h2 className={styles.heading}>{t('chooseWhoYouAre')}</h2>
      {demoPeople.map(({ email, name, may }) => (
        <UnstyledButton
          key={email}
          className={styles.card}
          aria-label={name}
          disabled={demo.isPending}
          onClick={() => demo.mutate({ email, name })}
        >
          <span className={styles.initials} aria-hidden>
            {name.split(' ').map(([first]) => first)}
          </span>
          <span className={styles.who}>
            <strong>{name}</strong>
            <span>{t(`demo_${may}`)}</span>
          </span>
        </UnstyledButton>
      ))}
      {demo.error && (
        <Text size="sm" c="red" role="alert">
          {demo.error.message || t('signInFailed')}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {t('demoNote')}
      </Text>
    </section>
  );
}
