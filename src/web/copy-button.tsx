/** Copies a text. Where the browser does not let the page, it shows the text, so that one can copy it oneself. */
import { Button, Textarea, type ButtonProps } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { copyText } from './copying.ts';

interface CopyButtonProps extends ButtonProps {
  text(): string;
  label: string;
  /** What the button says after. */
  copied: string;
}

export function CopyButton({ text, label, copied, ...looks }: CopyButtonProps) {
  const { t } = useTranslation('entry');
  const [tried, setTried] = useState<{ text: string; isCopied: boolean } | null>(null);
  async function copy(): Promise<void> {
    const wanted = text();
    setTried({ text: wanted, isCopied: await copyText(wanted) });
  }
  return (
    <>
      <Button {...looks} onClick={() => void copy()}>
        {tried?.isCopied ? copied : label}
      </Button>
      {tried?.isCopied === false && (
        <Textarea
          readOnly
          autosize
          minRows={1}
          maxRows={6}
          w="100%"
          label={t('notCopied')}
          value={tried.text}
          onFocus={(event) => event.currentTarget.select()}
        />
      )}
    </>
  );
}
