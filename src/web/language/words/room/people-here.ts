/** The list of people in a session, and what the host may do. */
import { words } from '../../words.ts';

export const peopleHere = words({
  en: {
    you: 'you',
    writer: 'Writer',
    reader: 'Reader',
    host: 'Host',
    presenter: 'Presenter',
    manage: 'What to do with {{name}}',
    letPresent: 'Let present',
    takeBack: 'Take presenting back',
    makeHost: 'Hand over host',
    makeHostTitle: 'Make {{name}} the host?',
    makeHostText: 'They decide who presents and when the session ends. Only they can hand it back to you.',
    remove: 'Remove',
    removeTitle: 'Remove {{name}} from this session?',
    removeWriter:
      '{{name}} is editing this diagram and will be disconnected. They cannot come back to this session; they may join the next one.',
    removeReader: '{{name}} will be disconnected. They cannot come back to this session; they may join the next one.',
    endSession: 'End session',
    endTitle: 'End the session for everybody?',
    endText_one: '{{count}} other person will be disconnected. The diagram stays as it is, saved.',
    endText_other: '{{count}} other people will be disconnected. The diagram stays as it is, saved.',
    endAlone: 'You are the only one here. The diagram stays as it is, saved.',
    endForAll: 'End for everybody',
    alone: 'Nobody else is here yet. Share the diagram to draw together.',
    since: 'Session since {{time}}',
    leaveTitle: 'Leave and end the session?',
    leaveText_one:
      'You are the host. Soon after you leave, the session ends for {{count}} other person. Hand it over first if they should go on.',
    leaveText_other:
      'You are the host. Soon after you leave, the session ends for {{count}} other people. Hand it over first if they should go on.',
    leave: 'Leave',
  },
  pl: {
    you: 'Ty',
    writer: 'Edycja',
    reader: 'Odczyt',
    host: 'Prowadzi',
    presenter: 'Prezentuje',
    manage: 'Co zrobić: {{name}}',
    letPresent: 'Pozwól prezentować',
    takeBack: 'Odbierz prezentację',
    makeHost: 'Przekaż prowadzenie',
    makeHostTitle: 'Przekazać prowadzenie: {{name}}?',
    makeHostText: 'Ta osoba zdecyduje, kto prezentuje i kiedy sesja się kończy. Tylko ona może oddać Ci prowadzenie.',
    remove: 'Usuń',
    removeTitle: 'Usunąć z tej sesji: {{name}}?',
    removeWriter:
      '{{name}} edytuje ten diagram i straci połączenie. Nie wróci do tej sesji; może dołączyć do następnej.',
    removeReader: '{{name}} straci połączenie. Nie wróci do tej sesji; może dołączyć do następnej.',
    endSession: 'Zakończ sesję',
    endTitle: 'Zakończyć sesję dla wszystkich?',
    endText_one: 'Połączenie straci jeszcze {{count}} osoba. Diagram pozostaje zapisany.',
    endText_few: 'Połączenie stracą jeszcze {{count}} osoby. Diagram pozostaje zapisany.',
    endText_many: 'Połączenie straci jeszcze {{count}} osób. Diagram pozostaje zapisany.',
    endText_other: 'Połączenie stracą jeszcze {{count}} osoby. Diagram pozostaje zapisany.',
    endAlone: 'Nie ma tu nikogo innego. Diagram pozostaje zapisany.',
    endForAll: 'Zakończ dla wszystkich',
    alone: 'Nie ma tu jeszcze nikogo innego. Udostępnij diagram, aby rysować razem.',
    since: 'Sesja od {{time}}',
    leaveTitle: 'Wyjść i zakończyć sesję?',
    leaveText_one:
      'Prowadzisz sesję. Wkrótce po Twoim wyjściu skończy się dla {{count}} innej osoby. Przekaż prowadzenie, jeśli ma trwać dalej.',
    leaveText_few:
      'Prowadzisz sesję. Wkrótce po Twoim wyjściu skończy się dla {{count}} innych osób. Przekaż prowadzenie, jeśli ma trwać dalej.',
    leaveText_many:
      'Prowadzisz sesję. Wkrótce po Twoim wyjściu skończy się dla {{count}} innych osób. Przekaż prowadzenie, jeśli ma trwać dalej.',
    leaveText_other:
      'Prowadzisz sesję. Wkrótce po Twoim wyjściu skończy się dla {{count}} innych osób. Przekaż prowadzenie, jeśli ma trwać dalej.',
    leave: 'Wyjdź',
  },
});
