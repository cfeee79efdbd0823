/**
 * The language of the page: chosen here, or else the first one of the browser's that we speak. `useTranslation('room')`
 * of react-i18next gives the words of `words/room.ts`.
 */
import { createInstance, type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { isolated } from './isolated.ts';
import { editor } from './words/editor.ts';
import { entry } from './words/entry.ts';
import { people } from './words/people.ts';
import { room } from './words/room.ts';
import { signingIn } from './words/signing-in.ts';

export type Language = 'en' | 'pl';

export const languages: Readonly<Record<Language, string>> = { en: 'English', pl: 'Polski' };

const files = { entry, signingIn, people, room, editor };
const KEPT = 'roundtable.language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'entry';
    keySeparator: false;
    resources: { [File in keyof typeof files]: (typeof files)[File]['en'] };
  }
}

/** @param preferred what the browser asks for, best first, such as `pl-PL` */
function chooseLanguage(kept: string | null, preferred: readonly string[]): Language {
  const known = [kept ?? '', ...preferred].map((tag) => tag.slice(0, 2).toLowerCase());
  return known.find((tag): tag is Language => tag in languages) ?? 'en';
}

/** The words of the page, in the language of this browser; `changeLanguage` is remembered. */
export function startLanguage(storage: Storage, root: HTMLElement): i18n {
  const instance = createInstance();
  instance.on('languageChanged', (language) => {
    root.lang = language;
    storage.setItem(KEPT, language);
  });
  const texts = (language: Language) =>
    Object.fromEntries(Object.entries(files).map(([file, both]) => [file, both[language]]));
  void instance.use(initReactI18next).init({
    lng: chooseLanguage(storage.getItem(KEPT), navigator.languages),
    fallbackLng: 'en',
    ns: Object.keys(files),
    defaultNS: 'entry',
    keySeparator: false,
    resources: { en: texts('en'), pl: texts('pl') },
    interpolation: { escape: isolated }, // HTML is escaped by React
    initAsync: false,
  });
  return instance;
}
