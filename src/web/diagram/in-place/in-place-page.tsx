/** The pages that stand in place of a diagram: calm, with what happened, and a way on. */
import { Button, Loader, Text, Title } from '@mantine/core';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useDiagramState, useSaved } from '../../../client/react/index.ts';
import { useIdentity } from '../../identity/signed-in.tsx';
import { WaysAgain } from '../../identity/ways-again.tsx';
import { useSecondsUntil } from '../connection/seconds-until.ts';
import { CopyUnsaved } from '../copy-unsaved.tsx';
import { useOpenDiagram } from '../open-diagram.ts';
import { momentOf } from '../../times.ts';
import type { InPlace } from './in-place.ts';
import styles from './in-place-page.module.css';

/** What is there before anything has answered; for a moment nothing, so that a quick answer does not flash. */
export function Opening() {
  const { t } = useTranslation('room');
  return (
    <main className={styles.page} aria-label={t('openingTitle')}>
      <Loader className={styles.late} />
    </main>
  );
}

export function InPlacePage({ over }: { over: InPlace }) {
  switch (over.kind) {
    case 'opening':
      return <Opening />;
    case 'busy':
    case 'full':
    case 'unreachable':
      return <Waiting kind={over.kind} until={over.until} />;
    case 'signed_out':
      return <SignedOut />;
    case 'closed':
      return <Closed />;
    case 'refused_edit':
      return <RefusedEdit />;
    default:
      return <Over over={over} />;
  }
}

function Waiting({ kind, until }: { kind: 'busy' | 'full' | 'unreachable'; until: number | null }) {
  const { t } = useTranslation('room');
  const { diagram } = useOpenDiagram();
  const seconds = useSecondsUntil(until);
  return (
    <Page title={t(`${kind}Title`)} text={t(`${kind}Text`)}>
      <Text size="sm" c="dimmed" className={styles.seconds}>
        {seconds > 0 ? t('tryingIn', { seconds }) : t('tryingNow')}
      </Text>
      <div className={styles.ways}>
        <Button onClick={diagram.retry}>{t('tryNow')}</Button>
        <Home />
      </div>
    </Page>
  );
}

function Over({
  over,
}: {
  over: Extract<InPlace, { kind: 'host_ended' | 'host_left' | 'idle' | 'no_session' | 'removed' }>;
}) {
  const { t, i18n } = useTranslation('room');
  const { diagram, me, nameOf } = useOpenDiagram();
  const host = useDiagramState(diagram, (state) => state.host);
  const name = host === null ? t('theHost') : nameOf(host);
  const time = 'at' in over ? momentOf(over.at, i18n.language) : '';
  const texts = {
    host_ended: host === me.email ? t('overByMe', { time }) : t('overByHost', { name, time }),
    host_left: t('overHostLeft', { name, time }),
    idle: t('overIdle', { time }),
    no_session: t('overAway'),
    removed: host === null ? t('removedBefore') : t('removedText', { name, time }),
  };
  const removed = over.kind === 'removed';
  return (
    <Page title={t(removed ? 'removedTitle' : 'overTitle')} text={texts[over.kind]}>
      <Kept />
      <div className={styles.ways}>
        {!removed && <Button onClick={diagram.rejoin}>{t('startNew')}</Button>}
        <Home primary={removed} />
      </div>
    </Page>
  );
}

/** How often somebody who waits to be let in is looked after, ms. */
const LOOKS_EVERY = 5000;

function Closed() {
  const { t } = useTranslation('room');
  const { client, diagram, place } = useOpenDiagram();
  useEffect(() => {
    const look = () => document.hidden || client.diagrams.get(place).then(diagram.rejoin, () => {});
    const timer = setInterval(look, LOOKS_EVERY);
    return () => clearInterval(timer);
  }, [client, diagram, place]);
  const { t: signing } = useTranslation('signingIn');
  const { signOut } = useIdentity();
  return (
    <Page title={t('closedTitle')} text={t('closedText')}>
      <div className={styles.ways}>
        <Home primary />
        <Button variant="default" onClick={signOut}>
          {signing('somebodyElse')}
        </Button>
      </div>
    </Page>
  );
}

/** As the same person again: the diagram goes on as it is here. */
function SignedOut() {
  const { t } = useTranslation('room');
  const { diagram } = useOpenDiagram();
  return (
    <Page title={t('signedOutTitle')} text={t('signedOutText')}>
      <Kept />
      <WaysAgain done={diagram.rejoin} />
    </Page>
  );
}

/** What the server does not take it would be sent again, for ever, if it stayed on this device. */
function RefusedEdit() {
  const { t } = useTranslation('room');
  const { diagram } = useOpenDiagram();
  return (
    <Page title={t('refusedEditTitle')} text={t('refusedEditText')}>
      <Kept />
      <div className={styles.ways}>
        <Button onClick={() => void diagram.leave({ forget: true }).then(() => location.reload())}>
          {t('openAgain')}
        </Button>
        <Home />
      </div>
    </Page>
  );
}

/** What was changed here and is not saved, with a way to take it along. */
function Kept() {
  const { t } = useTranslation('room');
  const { diagram } = useOpenDiagram();
  const { unsavedChanges: count, keptHere } = useSaved(diagram);
  // Another tab may have saved it, and whoever has seen to it there comes back to this one.
  useEffect(() => {
    const check = () => void diagram.checkSaved();
    check();
    addEventListener('focus', check);
    return () => removeEventListener('focus', check);
  }, [diagram]);
  if (count === 0) return null;
  return (
    <div className={styles.kept}>
      <Text size="sm">{t(keptHere ? 'keptHere' : 'notKept', { count })}</Text>
      <CopyUnsaved />
    </div>
  );
}

function Home({ primary = false }: { primary?: boolean }) {
  const { t } = useTranslation('room');
  return (
    <Button component={Link} to="/" variant={primary ? 'filled' : 'default'}>
      {t('home')}
    </Button>
  );
}

function Page({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Title order={1} size={22} ref={heading} tabIndex={-1} className={styles.title}>
          {title}
        </Title>
        <Text c="dimmed">{text}</Text>
        {children}
      </div>
    </main>
  );
}
