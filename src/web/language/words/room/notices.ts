/** What is told once. */
import { words } from '../../words.ts';

export const notices = words({
  en: {
    notices: 'Notices',
    dismiss: 'Dismiss',
    asksToPresent: '{{name}} asks to present.',
    moreAskToPresent_one: '{{count}} more asks to present.',
    moreAskToPresent_other: '{{count}} more ask to present.',
    showPeople: 'Show people',
    give: 'Give',
    notNow: 'Not now',
    toldHosting: 'You are the host now.',
    toldPresenting: '{{name}} lets you present. Others can follow what you see.',
    toldPresented: '{{name}} is presenting again.',
    toldDenied: '{{name}} says: not now.',
    toldWriter: 'You can edit this diagram now.',
    toldReaderSaved: 'You can only read this diagram now. All that you changed is saved.',
    toldReaderKept_one: 'You can only read this diagram now. {{count}} change was not saved and is kept here.',
    toldReaderKept_other: 'You can only read this diagram now. {{count}} changes were not saved and are kept here.',
    toldReaderNotKept_one:
      'You can only read this diagram now. {{count}} change was not saved and is kept for as long as this page is open.',
    toldReaderNotKept_other:
      'You can only read this diagram now. {{count}} changes were not saved and are kept for as long as this page is open.',
    copyUnsaved: 'Copy my unsaved changes',
    refusedForbidden: 'Only the host can do that.',
    refusedUnreachable: 'There is no connection to the session now. Try again in a moment.',
    refusedGone: 'This person is not here any more.',
    refusedOther: 'The server could not do that now. Try again in a moment.',
    unnamed: 'The name could not be changed. Try again in a moment.',
  },
  pl: {
    notices: 'Powiadomienia',
    dismiss: 'Odrzuć',
    asksToPresent: 'Prosi o prezentację: {{name}}.',
    moreAskToPresent_one: 'Prosi o prezentację jeszcze {{count}} osoba.',
    moreAskToPresent_few: 'Proszą o prezentację jeszcze {{count}} osoby.',
    moreAskToPresent_many: 'Prosi o prezentację jeszcze {{count}} osób.',
    moreAskToPresent_other: 'Prosi o prezentację jeszcze {{count}} osoby.',
    showPeople: 'Pokaż osoby',
    give: 'Przekaż',
    notNow: 'Nie teraz',
    toldHosting: 'Teraz prowadzisz sesję.',
    toldPresenting: 'Prezentujesz na zaproszenie: {{name}}. Inni mogą śledzić to, co widzisz.',
    toldPresented: 'Znowu prezentuje: {{name}}.',
    toldDenied: '{{name}}: nie teraz.',
    toldWriter: 'Możesz teraz edytować ten diagram.',
    toldReaderSaved: 'Możesz teraz tylko czytać ten diagram. Wszystkie Twoje zmiany są zapisane.',
    toldReaderKept_one:
      'Możesz teraz tylko czytać ten diagram. {{count}} zmiana nie została zapisana i jest zachowana tutaj.',
    toldReaderKept_few:
      'Możesz teraz tylko czytać ten diagram. {{count}} zmiany nie zostały zapisane i są zachowane tutaj.',
    toldReaderKept_many:
      'Możesz teraz tylko czytać ten diagram. {{count}} zmian nie zostało zapisanych i jest zachowanych tutaj.',
    toldReaderKept_other:
      'Możesz teraz tylko czytać ten diagram. {{count}} zmiany nie zostały zapisane i są zachowane tutaj.',
    toldReaderNotKept_one:
      'Możesz teraz tylko czytać ten diagram. {{count}} zmiana nie została zapisana i jest zachowana, dopóki ta strona jest otwarta.',
    toldReaderNotKept_few:
      'Możesz teraz tylko czytać ten diagram. {{count}} zmiany nie zostały zapisane i są zachowane, dopóki ta strona jest otwarta.',
    toldReaderNotKept_many:
      'Możesz teraz tylko czytać ten diagram. {{count}} zmian nie zostało zapisanych i jest zachowanych, dopóki ta strona jest otwarta.',
    toldReaderNotKept_other:
      'Możesz teraz tylko czytać ten diagram. {{count}} zmiany nie zostały zapisane i są zachowane, dopóki ta strona jest otwarta.',
    copyUnsaved: 'Kopiuj niezapisane zmiany',
    refusedForbidden: 'Może to zrobić tylko osoba prowadząca.',
    refusedUnreachable: 'Nie ma teraz połączenia z sesją. Spróbuj ponownie za chwilę.',
    refusedGone: 'Tej osoby już tu nie ma.',
    refusedOther: 'Serwer nie mógł tego teraz zrobić. Spróbuj ponownie za chwilę.',
    unnamed: 'Nie udało się zmienić nazwy. Spróbuj ponownie za chwilę.',
  },
});
