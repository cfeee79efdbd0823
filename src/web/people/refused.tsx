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

interface Tried {
  /** Ms since the epoch; 0 for what was never tried. */
  submittedAt: number;
  error: unknown;
}

/** What became of the last thing that was tried; what was refused before it is over. */
export function lastErrorOf(...tried: readonly Tried[]): unknown {
  return tried.toSorted((one, other) => other.submittedAt - one.submittedAt)[0]?.error;
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
