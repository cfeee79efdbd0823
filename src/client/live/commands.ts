/**
 * What somebody may ask for in a session. The server answers with what changes, or with an `error` message; what cannot
 * be said because nobody is connected is told in the same way, so that there is one place to listen for what was refused.
 */
import type { Clock } from '../clock.ts';
import type { RefusalCode } from '../shapes.ts';
import type { Language } from '../transport.ts';
import type { SessionCommand, ShownView } from './messages.ts';
import { throttle } from './throttle.ts';
import { offlineWords } from './words.ts';

/** Something that was asked for and did not happen. */
export interface Refused {
  code: RefusalCode | 'unreachable';
  /** For people. */
  message: string;
  /** The type of what was asked, such as `change_presenter`; `update` for an edit. */
  request: string | null;
}

export interface Commands {
  /** The host is asked whether I may present. */
  requestPresenter(): void;
  /** The host lets somebody present. @param user an email */
  givePresenter(user: string): void;
  /** The host says: not now. */
  denyPresenter(user: string): void;
  /** The host hands the session over. */
  giveHost(user: string): void;
  /** The host removes somebody from this session; they may come to the next one. */
  remove(user: string): void;
  /** The host ends the session for everybody. */
  end(): void;
  /** The presenter shows the others what they see. May be called as often as it changes. */
  showView(view: ShownView): void;
}

/** As often as the presenter's view goes out, ms. */
const VIEW_EVERY = 50;

/** @param options.live whether something can be said now */
export function createCommands(options: {
  clock: Clock;
  language(): Language;
  live(): boolean;
  send(payload: string): void;
  refused(refused: Refused): void;
}): Commands & { stop(): void } {
  const { clock, language, live, send, refused } = options;
  const say = (command: SessionCommand) => {
    if (live()) return send(JSON.stringify(command));
    refused({ code: 'unreachable', message: offlineWords[language()], request: command.type });
  };
  const show = throttle<ShownView>(
    clock,
    VIEW_EVERY,
    (view) => {
      if (live()) send(JSON.stringify({ type: 'presenter_view', ...view } satisfies SessionCommand));
    },
    (waiting, view) => ({ ...waiting, ...view }),
  );
  return {
    requestPresenter: () => say({ type: 'presenter_request' }),
    givePresenter: (user_id) => say({ type: 'change_presenter', user_id }),
    denyPresenter: (user_id) => say({ type: 'presenter_denied', user_id }),
    giveHost: (user_id) => say({ type: 'change_host', user_id }),
    remove: (user_id) => say({ type: 'remove_participant', user_id }),
    end: () => say({ type: 'end_session' }),
    showView: show,
    stop: show.stop,
  };
}
