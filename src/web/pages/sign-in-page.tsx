/** Signing in. */
import { Button, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Navigate, useLocation } from 'react-router';
import { useSyncExternalStore } from 'react';
import { demoPeople } from '../identity/demo-people.ts';
import { devSignIn } from '../identity/dev-sign-in.ts';
import { useIdentity } from '../identity/signed-in.tsx';

export function SignInPage() {
  const { t } = useTranslation('entry');
  const identity = useIdentity();
  const current = useSyncExternalStore(identity.subscribe, () => identity.current);
  const { state } = useLocation() as { state: { wanted?: string } | null };
  const signIn = useMutation({ mutationFn: devSignIn, onSuccess: identity.signIn });
  if (current) return <Navigate to={state?.wanted ?? '/'} replace />;
  return (
    <Stack component="main" maw={360} mx="auto" p={24} gap={16}>
      <Title order={1}>Roundtable</Title>
      <Text>{t('tagline')}</Text>
      {demoPeople.map((person) => (
        <Button key={person.email} variant="default" onClick={() => signIn.mutate(person)}>
          {person.name}
        </Button>
      ))}
      {signIn.error && <Text c="red">{signIn.error.message}</Text>}
    </Stack>
  );
}
