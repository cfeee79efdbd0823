/** Why something was refused, in words, beside what caused it. */
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { RoundtableError } from '../../client/index.ts';

const known = [
  'user_not_found',
  'already_member',
  'last_owner',
  'conflict',
  'forbidden',
  'rate_limited',
  'invalid',
  'unreachable',
] as const;

export function sentenceOf(error: unknown): (typeof known)[number] | 'failed' {
  const code = error instanceof RoundtableError ? error.code : null;
  return known.find((one) => one === code) ?? 'failed';
}

export function Refused({ error }: { error: unknown }) {
  const { t } = useTranslation('people');
  if (!error) return null;
  return (
    <Text size="sm" c="red" role="alert">
      {t(sentenceOf(error))}
    </Text>
  );
}
