/** Why a diagram is not connected, or not open any more, in words, in both languages of the server. */
import type { Language } from '../transport.ts';
import type { WaitReason } from './closing.ts';
import type { SessionEnd } from './messages.ts';

/** Why it ended. After `host_left`, `host_ended`, `idle` and `no_session`, and after signing in again, `rejoin` goes on. */
export type EndReason =
  | SessionEnd
  /** It ended, and why was not heard; or it had ended while nobody was connected here. */
  | 'no_session'
  /** I left. */
  | 'left'
  /** Nobody is signed in any more. */
  | 'signed_out'
  /** The server could not take what was sent: it was no update, somebody else's, or too large. */
  | 'refused_edit'
  | 'removed'
  | 'no_access'
  | 'not_found';

type Sentences = Readonly<Record<EndReason, string>>;

export const endWords: Readonly<Record<Language, Sentences>> = {
  en: {
    host_left: 'The host left, and the session ended with them. The diagram stays.',
    host_ended: 'The host ended the session. The diagram stays.',
    idle: 'Nobody was connected for a while, so the session ended. The diagram stays.',
    no_session: 'There is no session on this diagram now.',
    left: 'You left the session.',
    signed_out: 'Your sign-in has run out. Sign in again to go on.',
    refused_edit: 'The server could not take a change from here.',
    removed: 'The host removed you from this session.',
    no_access: 'You have no access to this diagram.',
    not_found: 'This diagram does not exist.',
  },
  pl: {
    host_left: 'Prowadzący wyszedł i sesja zakończyła się wraz z nim. Diagram pozostaje.',
    host_ended: 'Prowadzący zakończył sesję. Diagram pozostaje.',
    idle: 'Przez dłuższy czas nikt nie był połączony, więc sesja się zakończyła. Diagram pozostaje.',
    no_session: 'Na tym diagramie nie trwa teraz żadna sesja.',
    left: 'Sesja została opuszczona.',
    signed_out: 'Logowanie wygasło. Zaloguj się ponownie, aby kontynuować.',
    refused_edit: 'Serwer nie mógł przyjąć zmiany z tego urządzenia.',
    removed: 'Prowadzący usunął Cię z tej sesji.',
    no_access: 'Nie masz dostępu do tego diagramu.',
    not_found: 'Ten diagram nie istnieje.',
  },
};

/** Why it is not connected now; it tries again by itself. */
export const waitWords: Readonly<Record<Language, Readonly<Record<WaitReason, string>>>> = {
  en: {
    unreachable: 'The server cannot be reached. Changes are kept here.',
    server_stopping: 'The server is being restarted. Changes are kept here.',
    server_busy: 'The server is busy. Changes are kept here.',
    too_many: 'Too many people or connections. Changes are kept here.',
    no_token: 'Your sign-in could not be renewed yet. Changes are kept here.',
  },
  pl: {
    unreachable: 'Nie można połączyć się z serwerem. Zmiany są przechowywane tutaj.',
    server_stopping: 'Serwer jest uruchamiany ponownie. Zmiany są przechowywane tutaj.',
    server_busy: 'Serwer jest zajęty. Zmiany są przechowywane tutaj.',
    too_many: 'Zbyt wiele osób lub połączeń. Zmiany są przechowywane tutaj.',
    no_token: 'Nie udało się jeszcze odnowić logowania. Zmiany są przechowywane tutaj.',
  },
};

/** What is said to whoever asks for something that needs a connection. */
export const offlineWords: Readonly<Record<Language, string>> = {
  en: 'There is no connection to the session now.',
  pl: 'Nie ma teraz połączenia z sesją.',
};
