/** What each ending of a room is called on its page: what happened, and what can be done. */
import type { Ending } from '../room/ending.ts';
import type { EndReason } from '../wire.ts';

export interface EndingWords {
  title: string;
  text: string;
}

/** @param host what to call the host (`You` when that is me); @param at when it happened here, as people write it, if it did */
export function endingWords(ending: Ending, host: string, at: string | null): EndingWords {
  const when = at === null ? '' : ` at ${at}`;
  switch (ending.kind) {
    case 'ended':
      return { title: 'The session has ended', text: howItEnded(ending.reason, host, when) };
    case 'removed':
      return {
        title: 'You were removed from this session',
        text: `${host} removed you${when}. You can join the next session on this diagram.`,
      };
    case 'no_access':
      return {
        title: 'This diagram is not open to you',
        text: 'It does not exist, or you have no access to it. Whoever sent you here can give you access.',
      };
    case 'no_session':
      return { title: 'There is no session here now', text: 'It ended while you were away. You can start a new one.' };
    case 'signed_out':
      return { title: 'Your sign-in has run out', text: 'Sign in again to go on where you are.' };
    case 'busy':
      return ending.full
        ? { title: 'This session is full', text: 'As many people as it can hold are in it.' }
        : { title: 'The server is busy', text: 'It cannot keep up right now.' };
    case 'refused_edit':
      return {
        title: 'The server could not take a change',
        text: 'It could not read what this page sent, or it was too large. Open the diagram again to see what is saved.',
      };
    case 'unreachable':
      return { title: 'The diagram could not be opened', text: ending.message };
  }
}

function howItEnded(reason: EndReason | null, host: string, when: string): string {
  if (reason === 'idle') return `Nobody was connected for a while, so it ended${when}. The diagram stays.`;
  if (reason === 'host_left') return `${host} left${when}, and a session ends with its host. The diagram stays.`;
  return `${host} ended it${when}. The diagram stays.`;
}
