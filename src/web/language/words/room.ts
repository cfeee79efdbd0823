/** The session on a diagram: who is here, presenting, chat, history, endings. */
import { bar } from './room/bar.ts';
import { chat } from './room/chat.ts';
import { connection } from './room/connection.ts';
import { history } from './room/history.ts';
import { inPlace } from './room/in-place.ts';
import { notices } from './room/notices.ts';
import { peopleHere } from './room/people-here.ts';
import { presenting } from './room/presenting.ts';

export const room = {
  en: {
    ...bar.en,
    ...chat.en,
    ...connection.en,
    ...history.en,
    ...inPlace.en,
    ...notices.en,
    ...peopleHere.en,
    ...presenting.en,
  },
  pl: {
    ...bar.pl,
    ...chat.pl,
    ...connection.pl,
    ...history.pl,
    ...inPlace.pl,
    ...notices.pl,
    ...peopleHere.pl,
    ...presenting.pl,
  },
};
