/** The name of a workspace or a group, and for whoever may, a way to change or delete it. */
import { Button, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Question } from '../confirm.tsx';
import styles from './home-page.module.css';

interface ContainerHeaderProps {
  name: string;
  /** Null for whoever may not. */
  rename: (() => void) | null;
  /** What deleting it takes along, and how; null for whoever may not. */
  remove: { text: string; run(): void } | null;
  ask(question: Question): void;
}

export function ContainerHeader({ name, rename, remove, ask }: ContainerHeaderProps) {
  const { t } = useTranslation('people');
  return (
    <div className={styles.top}>
      <Title order={1} size={24} className={styles.title}>
        {name}
      </Title>
      {rename && (
        <Button variant="default" onClick={rename}>
          {t('rename')}
        </Button>
      )}
      {remove && (
        <Button
          variant="default"
          c="red"
          onClick={() => ask({ title: t('deleteTitle', { name }), label: t('delete'), danger: true, ...remove })}
        >
          {t('delete')}
        </Button>
      )}
    </div>
  );
}
