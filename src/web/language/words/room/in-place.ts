/** The pages that stand in place of a diagram: opening, ended, not open. */
import { words } from '../../words.ts';

export const inPlace = words({
  en: {
    openingTitle: 'Opening the diagram',
    busyTitle: 'The server is busy',
    busyText: 'It cannot take anybody in right now. This page tries again by itself.',
    fullTitle: 'This session is full',
    fullText: 'As many people as it can hold are in it. This page tries again by itself.',
    unreachableTitle: 'The server does not answer',
    unreachableText: 'It may be starting anew, or this device may be offline. This page tries again by itself.',
    overTitle: 'The session has ended',
    overByMe: 'You ended it at {{time}}. The diagram stays as it is, saved.',
    overByHost: '{{name}} ended it at {{time}}. The diagram stays as it is, saved.',
    overHostLeft: '{{name}} left, and the session ended with its host at {{time}}. The diagram stays as it is, saved.',
    overIdle: 'Nobody was connected for a while, so it ended at {{time}}. The diagram stays as it is, saved.',
    overAway: 'It ended while you were away. The diagram stays as it is, saved.',
    removedTitle: 'You were removed from this session',
    removedText: '{{name}} removed you at {{time}}. You can join the next session on this diagram.',
    removedBefore: 'The host removed you. You can join the next session on this diagram.',
    closedTitle: 'This diagram is not open to you',
    closedText:
      'It does not exist, or you have no access to it. Whoever sent you here can let you in; then it opens by itself.',
    signedOutTitle: 'Your sign-in has run out',
    signedOutText: 'Sign in again to go on where you are.',
    refusedEditTitle: 'The server could not take a change',
    refusedEditText:
      'It could not read what this page sent, or it was too large. Open the diagram again to go on with what is saved; what is not is then removed from this device.',
    startNew: 'Start a new session',
    home: 'Home',
    openAgain: 'Open it again',
    theHost: 'The host',
    keptHere_one: '{{count}} change of yours is not saved. It is kept on this device.',
    keptHere_other: '{{count}} changes of yours are not saved. They are kept on this device.',
    notKept_one:
      '{{count}} change of yours is not saved, and this device keeps nothing. It is lost when you leave this page.',
    notKept_other:
      '{{count}} changes of yours are not saved, and this device keeps nothing. They are lost when you leave this page.',
    loseTitle: 'Leave without what is not saved?',
  },
  pl: {
    openingTitle: 'Otwieranie diagramu',
    busyTitle: 'Serwer jest zajęty',
    busyText: 'Nie może teraz nikogo przyjąć. Ta strona sama spróbuje ponownie.',
    fullTitle: 'Ta sesja jest pełna',
    fullText: 'Jest w niej tyle osób, ile może pomieścić. Ta strona sama spróbuje ponownie.',
    unreachableTitle: 'Serwer nie odpowiada',
    unreachableText: 'Może właśnie się uruchamia, albo to urządzenie jest offline. Ta strona sama spróbuje ponownie.',
    overTitle: 'Sesja się zakończyła',
    overByMe: 'Zakończona przez Ciebie o {{time}}. Diagram pozostaje zapisany.',
    overByHost: 'Zakończona o {{time}}, przez: {{name}}. Diagram pozostaje zapisany.',
    overHostLeft: 'Osoba prowadząca ({{name}}) wyszła i sesja skończyła się o {{time}}. Diagram pozostaje zapisany.',
    overIdle: 'Przez dłuższy czas nikogo nie było, więc skończyła się o {{time}}. Diagram pozostaje zapisany.',
    overAway: 'Skończyła się pod Twoją nieobecność. Diagram pozostaje zapisany.',
    removedTitle: 'Usunięto Cię z tej sesji',
    removedText:
      'Zrobiła to osoba prowadząca ({{name}}) o {{time}}. Możesz dołączyć do następnej sesji na tym diagramie.',
    removedBefore: 'Zrobiła to osoba prowadząca. Możesz dołączyć do następnej sesji na tym diagramie.',
    closedTitle: 'Ten diagram nie jest dla Ciebie otwarty',
    closedText:
      'Nie istnieje albo nie masz do niego dostępu. Może Cię wpuścić ten, kto Cię tu przysłał; wtedy otworzy się sam.',
    signedOutTitle: 'Logowanie wygasło',
    signedOutText: 'Zaloguj się ponownie, aby kontynuować w tym miejscu.',
    refusedEditTitle: 'Serwer nie mógł przyjąć zmiany',
    refusedEditText:
      'Nie mógł odczytać tego, co wysłała ta strona, albo było tego za dużo. Otwórz diagram ponownie, aby kontynuować od tego, co jest zapisane; pozostałe zmiany zostaną wtedy usunięte z tego urządzenia.',
    startNew: 'Rozpocznij nową sesję',
    home: 'Strona główna',
    openAgain: 'Otwórz ponownie',
    theHost: 'Osoba prowadząca',
    keptHere_one: '{{count}} Twoja zmiana nie jest zapisana. Jest zachowana na tym urządzeniu.',
    keptHere_few: '{{count}} Twoje zmiany nie są zapisane. Są zachowane na tym urządzeniu.',
    keptHere_many: '{{count}} Twoich zmian nie jest zapisanych. Są zachowane na tym urządzeniu.',
    keptHere_other: '{{count}} Twoje zmiany nie są zapisane. Są zachowane na tym urządzeniu.',
    notKept_one:
      '{{count}} Twoja zmiana nie jest zapisana, a to urządzenie niczego nie przechowuje. Przepadnie, gdy opuścisz tę stronę.',
    notKept_few:
      '{{count}} Twoje zmiany nie są zapisane, a to urządzenie niczego nie przechowuje. Przepadną, gdy opuścisz tę stronę.',
    notKept_many:
      '{{count}} Twoich zmian nie jest zapisanych, a to urządzenie niczego nie przechowuje. Przepadną, gdy opuścisz tę stronę.',
    notKept_other:
      '{{count}} Twoje zmiany nie są zapisane, a to urządzenie niczego nie przechowuje. Przepadną, gdy opuścisz tę stronę.',
    loseTitle: 'Wyjść bez tego, co nie jest zapisane?',
  },
});
