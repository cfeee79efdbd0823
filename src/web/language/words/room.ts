/** The session on a diagram: who is here, presenting, chat, history, endings. */
import { words } from '../words.ts';

export const room = words({
  en: {},
  pl: {},
});
