/**
 * That somebody restored a version, as the others are told. No message of the wire says so; but whoever restores one has
 * what was there kept under a name first, and then looks at the canvas again, which makes the others read what is newest.
 */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Version } from '../../../client/index.ts';
import { useOpenDiagram } from '../open-diagram.ts';
import { isBeforeRestoring } from './before-restoring.ts';

/** One may have been kept by itself at the same moment. */
const NEWEST = 3;

/** Who restored a version between two readings of the newest ones; null for nobody. @returns their email */
export function restorer(before: readonly Version[], now: readonly Version[]): string | null {
  const last = before[0]?.created_at ?? '';
  return now.find(({ name, created_at }) => isBeforeRestoring(name) && created_at > last)?.author ?? null;
}

/** @param say told once for each */
export function useOthersRestoring(say: (sentence: string) => void): void {
  const { t } = useTranslation('room');
  const { client, me, place, nameOf } = useOpenDiagram();
  const { data } = useQuery({
    queryKey: ['versions', place, 'newest'],
    queryFn: async ({ signal }) => (await client.diagrams.versions.list(place, { limit: NEWEST, signal })).data,
    staleTime: Infinity,
    refetchOnReconnect: 'always',
  });
  const known = useRef(data);
  useEffect(() => {
    const author = known.current && data ? restorer(known.current, data) : null;
    known.current = data;
    if (author !== null && author !== me.email) say(t('othersRestored', { name: nameOf(author) }));
  }, [data, me, nameOf, say, t]);
}
