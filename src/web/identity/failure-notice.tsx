/** Why somebody was not signed in, in calm words, beside what they can do about it. */
import { useTranslation } from 'react-i18next';
import type { SignInFailure } from './failure.ts';
import styles from './failure-notice.module.css';

export function FailureNotice({ failure }: { failure: SignInFailure }) {
  const { t } = useTranslation('signingIn');
  const code = failure.kind === 'failed' ? failure.code : '';
  return (
    <p className={styles.notice} role="alert">
      {t(`failure_${failure.kind}`, { code })}
    </p>
  );
}
