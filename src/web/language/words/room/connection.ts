/** The bar of a lost connection. */
import { words } from '../../words.ts';

export const connection = words({
  en: {
    reconnecting: 'Reconnecting. What you draw is kept here.',
    reconnectingReader: 'Reconnecting.',
    deviceOffline: 'This device is offline. What you draw is kept here.',
    deviceOfflineReader: 'This device is offline.',
    busyBar: 'The server is busy. What you draw is kept here.',
    fullBar: 'There are too many people at once. What you draw is kept here.',
    busyBarReader: 'The server is busy.',
    fullBarReader: 'There are too many people at once.',
    tryingIn: 'Next try in {{seconds}} s',
    tryingNow: 'Trying now',
    tryNow: 'Try now',
  },
  pl: {
    reconnecting: 'Ponowne łączenie. To, co rysujesz, jest zachowywane tutaj.',
    reconnectingReader: 'Ponowne łączenie.',
    deviceOffline: 'To urządzenie jest offline. To, co rysujesz, jest zachowywane tutaj.',
    deviceOfflineReader: 'To urządzenie jest offline.',
    busyBar: 'Serwer jest zajęty. To, co rysujesz, jest zachowywane tutaj.',
    fullBar: 'Jest za dużo osób naraz. To, co rysujesz, jest zachowywane tutaj.',
    busyBarReader: 'Serwer jest zajęty.',
    fullBarReader: 'Jest za dużo osób naraz.',
    tryingIn: 'Następna próba za {{seconds}} s',
    tryingNow: 'Trwa próba',
    tryNow: 'Spróbuj teraz',
  },
});
