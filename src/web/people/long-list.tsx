/** A list of people that may be long: as many as are read at a glance, and more when they are asked for. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './people.module.css';

/** How many are shown first, and with each "Show more". */
export const AT_ONCE = 50;

interface LongListProps<Item> {
  items: readonly Item[];
  /** What has to be known of more of them before they are shown, so that nothing moves in the list. */
  prepare?(items: readonly Item[]): Promise<void>;
  children(item: Item): ReactNode;
}

export function LongList<Item>({ items, prepare, children }: LongListProps<Item>) {
  const { t } = useTranslation('entry');
  const [most, showMost] = useState(AT_ONCE);
  const more = useMutation({
    mutationFn: async () => prepare?.(items.slice(most, most + AT_ONCE)),
    onSuccess: () => showMost(most + AT_ONCE),
  });
  return (
    <>
      <ul className={styles.list}>{items.slice(0, most).map(children)}</ul>
      {items.length > most && (
        <Button variant="subtle" loading={more.isPending} onClick={() => more.mutate()}>
          {t('showMore')}
        </Button>
      )}
    </>
  );
}
