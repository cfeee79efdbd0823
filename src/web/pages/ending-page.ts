/** A calm page in place of the diagram: why it stopped, what is kept here, and a way on. */
import { copyText } from '../copying.ts';
import { button, element, say } from '../elements.ts';
import { mark } from '../mark.ts';
import type { Ending } from '../room/ending.ts';
import { endingWords } from './ending-words.ts';

/** The ways on; those that do not fit an ending are not shown with it. */
export interface WaysOn {
  /** Finds or creates a session and comes back with the document as it is here. */
  startAgain(): void;
  /** Opens the diagram as it is saved. */
  openAnew(): void;
  /** Connects now. */
  tryNow(): void;
  home(): void;
  signInAsSomebodyElse(): void;
  /** What signs the same person in again: a button or a form. */
  signInAgain(): HTMLElement;
}

export interface EndingFacts {
  ending: Ending;
  /** What to call the host. */
  host: string;
  /** When this page showed it. */
  at: Date;
  /** Whether it happened before the eyes of this page; else it was found so. */
  witnessed: boolean;
  /** Changes made here that the server does not have, and their text for the clipboard. */
  unsaved: { count: number; text: () => string };
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** @returns the page, and `stop` to end its countdown */
export function endingPage(facts: EndingFacts, ways: WaysOn): { element: HTMLElement; stop: () => void } {
  const { ending, unsaved } = facts;
  const words = endingWords(ending, facts.host, facts.witnessed ? clock.format(facts.at) : null);
  const countdown = element('p', { class: 'quiet countdown' });
  const timer = ending.kind === 'busy' ? countDown(ending.seconds, facts.at, countdown) : undefined;
  return {
    element: element(
      'main',
      { class: 'ending' },
      mark(40),
      element('h1', { tabindex: -1 }, words.title),
      element('p', { class: 'lead' }, words.text),
      ending.kind === 'busy' ? countdown : null,
      unsaved.count === 0 ? null : keptHere(unsaved),
      element('div', { class: 'answers' }, ...waysOn(ending, ways)),
    ),
    stop: () => clearInterval(timer),
  };
}

function waysOn(ending: Ending, ways: WaysOn): HTMLElement[] {
  const home = button('Home', ways.home);
  switch (ending.kind) {
    case 'ended':
    case 'no_session':
      return [button('Start a new session', ways.startAgain, 'primary'), home];
    case 'removed':
      return [button('Home', ways.home, 'primary')];
    case 'no_access':
      return [button('Home', ways.home, 'primary'), button('Sign in as somebody else', ways.signInAsSomebodyElse)];
    case 'signed_out':
      return [ways.signInAgain()];
    case 'busy':
      return [button('Try now', ways.tryNow, 'primary'), home];
    case 'refused_edit':
      return [button('Open it again', ways.openAnew, 'primary'), home];
    case 'unreachable':
      return [button('Try again', ways.startAgain, 'primary'), home];
  }
}

function keptHere(unsaved: EndingFacts['unsaved']): HTMLElement {
  const status = element('p', { class: 'quiet', role: 'status' });
  const { count } = unsaved;
  return element(
    'div',
    { class: 'kept' },
    element(
      'p',
      {},
      `${count} ${count === 1 ? 'change of yours is' : 'changes of yours are'} not saved, and kept here until you go.`,
    ),
    button('Copy my unsaved changes', async () => {
      say(status, (await copyText(unsaved.text())) ? 'Copied.' : 'This browser does not let the page copy here.');
    }),
    status,
  );
}

function countDown(seconds: number, from: Date, target: HTMLElement): ReturnType<typeof setInterval> {
  const tell = () => {
    const left = Math.max(0, Math.ceil(seconds - (Date.now() - from.getTime()) / 1000));
    say(target, left === 0 ? 'Trying again now.' : `Trying again in ${left} ${left === 1 ? 'second' : 'seconds'}.`);
  };
  tell();
  return setInterval(tell, 1000);
}
