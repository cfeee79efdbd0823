/** Asks before something that others feel: says what it will do, and does it or not. */
import { Button, Group, Modal, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export interface Question {
  title: string;
  text: string;
  /** What the button that does it says. */
  label: string;
  /** Whether it takes something away. */
  danger?: boolean;
  run(): void;
}

/** @param question null: nothing is asked. */
export function Confirm({ question, close }: { question: Question | null; close(): void }) {
  const { t } = useTranslation('people');
  return (
    <Modal opened={question !== null} onClose={close} title={question?.title} withCloseButton={false} size={400}>
      <Text size="sm">{question?.text}</Text>
      <Group justify="flex-end" gap={8} mt={24}>
        <Button variant="default" onClick={close} data-autofocus>
          {t('cancel')}
        </Button>
        <Button
          color={question?.danger ? 'red' : 'accent'}
          onClick={() => {
            question?.run();
            close();
          }}
        >
          {question?.label}
        </Button>
      </Group>
    </Modal>
  );
}
