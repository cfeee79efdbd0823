/** The bar of a lost connection. */
import { words } from '../../words.ts';

export const connection = words({
  en: {
    reconnecting: 'Reconnecting.',
    deviceOffline: 'This device is offline.',
    busyBar: 'The server is busy.',
    fullBar: 'There are too many people at once.',
    drawingIsKept: 'What you draw is kept here.',
    drawingIsNotKept: 'What you draw is kept for as long as this page is open.',
    tryingIn: 'Next try in {{seconds}} s',
    tryingNow: 'Trying now',
    tryNow: 'Try now',
  },
  pl: {
    reconnecting: 'Ponowne łączenie.',
    deviceOffline: 'To urządzenie jest offline.',
    busyBar: 'Serwer jest zajęty.',
    fullBar: 'Jest za dużo osób naraz.',
    drawingIsKept: 'To, co rysujesz, jest zachowywane tutaj.',
    drawingIsNotKept: 'To, co rysujesz, jest zachowane, dopóki ta strona jest otwarta.',
    tryingIn: 'Następna próba za {{seconds}} s',
    tryingNow: 'Trwa próba',
    tryNow: 'Spróbuj teraz',
  },
});
