/** Signing in, home, and what all pages share. */
import { words } from '../words.ts';

export const entry = words({
  en: {
    tagline: 'Draw one diagram together, on a server of your own.',
    chooseWhoYouAre: 'Choose who you are',
    demoNote: 'This is a demo server: nobody needs a password.',
    signOut: 'Sign out',
    home: 'Home',
  },
  pl: {
    tagline: 'Rysujcie razem jeden diagram, na własnym serwerze.',
    chooseWhoYouAre: 'Wybierz, kim jesteś',
    demoNote: 'To serwer pokazowy: nikt nie potrzebuje hasła.',
    signOut: 'Wyloguj się',
    home: 'Strona główna',
  },
});
