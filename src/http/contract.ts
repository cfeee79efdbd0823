/**
 * A contract is how one API speaks: where its paths begin, its language when the caller names none, what it writes
 * into `error`, and its sentence for every refusal in both languages. A missing sentence does not compile.
 */
import type { Refusal, RefusalCode } from '../refusal.ts';

export type Language = 'pl' | 'en';

export type Sentence = Readonly<Record<Language, string>>;

export interface Contract {
  name: string;
  /** Paths that belong to this API, for refusals before a route is found. */
  prefixes: readonly string[];
  /** Spoken without `Accept-Language`, with `*`, or with no match. */
  language: Language;
  sentences: Readonly<Record<RefusalCode, Sentence>>;
  /** Sentences that fit better than the code's own, by the refusal's `reason`. */
  reasons?: Readonly<Record<string, Sentence>>;
  /** What is said of a field that is missing or malformed; a `:blank` entry of what is empty. */
  fields?: Readonly<Record<string, Sentence>>;
  /** Whether `message` is the field's own sentence when a single field is at fault. */
  namesTheFault?: boolean;
  /** What this API's own clients read in `error`. */
  errorOf(code: RefusalCode, sentence: string): string;
  /** Where this API answers a refusal with another status than the others. */
  statusOf?(refusal: Refusal): number | undefined;
}

export const statuses: Readonly<Record<RefusalCode, number>> = {
  unauthenticated: 401,
  forbidden: 403,
  invalid: 400,
  not_found: 404,
  user_not_found: 404,
  member_not_found: 404,
  already_member: 409,
  last_owner: 409,
  session_not_found: 404,
  removed_from_session: 403,
  session_full: 429,
  conflict: 409,
  precondition_failed: 412,
  payload_too_large: 413,
  rate_limited: 429,
  unsupported_media_type: 415,
  method_not_allowed: 405,
  unavailable: 503,
  internal: 500,
};

/** The status that a refusal is answered with. */
export const statusOf = (contract: Contract, refusal: Refusal): number =>
  contract.statusOf?.(refusal) ?? statuses[refusal.code];

export interface Phrased {
  /** The refusal in general; `message` may say more of this one. */
  title: string;
  error: string;
  message: string;
  field?: string;
  details?: Record<string, string[]>;
}

/** The reason of a `not_found` that no route answers to. */
export const NO_ROUTE = 'route';

const anyField: Sentence = { pl: 'Nieprawidłowa wartość', en: 'Invalid value' };
const unknownField: Sentence = { pl: 'Nieznane pole', en: 'Unknown field' };

/** Puts a refusal into the words of a contract. */
export function phrase(contract: Contract, refusal: Refusal, language: Language): Phrased {
  const { code, details } = refusal;
  const faults = Object.entries(details.fields ?? {});
  const sentences = faults.map(([field, fault]): [string, string] => {
    const blank = fault === 'blank' ? contract.fields?.[`${field}:blank`] : undefined;
    const sentence = fault === 'unknown' ? unknownField : (blank ?? contract.fields?.[field] ?? anyField);
    return [field, sentence[language]];
  });
  const reason = details.reason === undefined ? undefined : contract.reasons?.[details.reason];
  // Where no route is, nothing of the API's own was looked for.
  const general = details.reason === NO_ROUTE ? commonSentences[code] : contract.sentences[code];
  const sentence = (reason ?? general)[language];
  const single = contract.namesTheFault === true && sentences.length === 1;
  const message = single ? sentences[0]![1] : sentence;
  const field = details.field ?? (sentences.length === 1 ? sentences[0]![0] : undefined);
  return {
    title: general[language],
    error: contract.errorOf(code, sentence),
    message,
    ...(field !== undefined && { field }),
    ...(sentences.length > 0 && { details: Object.fromEntries(sentences.map(([name, text]) => [name, [text]])) }),
  };
}

/** What all APIs say of the fields that every list takes. */
export const pageFields: NonNullable<Contract['fields']> = {
  limit: { pl: 'Limit musi być liczbą od 1 do 100', en: 'The limit must be a number from 1 to 100' },
  cursor: { pl: 'Nieprawidłowy kursor', en: 'Invalid cursor' },
};

/** The sentences that all APIs share unless they have their own. */
export const commonSentences: Contract['sentences'] = {
  unauthenticated: { pl: 'Brak autoryzacji', en: 'You are not signed in' },
  forbidden: { pl: 'Brak uprawnień', en: 'You may not do this' },
  invalid: { pl: 'Błąd walidacji', en: 'The request is not valid' },
  not_found: { pl: 'Nie znaleziono', en: 'There is nothing here' },
  user_not_found: { pl: 'Użytkownik nie został znaleziony', en: 'There is no such person' },
  member_not_found: { pl: 'Członek nie został znaleziony', en: 'This person is not a member' },
  already_member: { pl: 'Użytkownik jest już członkiem', en: 'This person is a member already' },
  last_owner: { pl: 'Musi pozostać co najmniej jeden właściciel', en: 'At least one owner has to remain' },
  session_not_found: { pl: 'Brak aktywnej sesji', en: 'There is no active session' },
  removed_from_session: { pl: 'Usunięto Cię z tej sesji', en: 'You were removed from this session' },
  session_full: { pl: 'Sesja jest pełna', en: 'The session is full' },
  conflict: { pl: 'Operacja koliduje z obecnym stanem', en: 'This conflicts with the present state' },
  precondition_failed: { pl: 'Treść zmieniła się w międzyczasie', en: 'The content has changed in the meantime' },
  payload_too_large: { pl: 'Zbyt duża treść żądania', en: 'The request body is too large' },
  rate_limited: { pl: 'Zbyt wiele żądań', en: 'Too many requests' },
  unsupported_media_type: { pl: 'Nieobsługiwany typ treści', en: 'This content type is not supported' },
  method_not_allowed: { pl: 'Niedozwolona metoda', en: 'This method is not allowed here' },
  unavailable: { pl: 'Usługa chwilowo niedostępna', en: 'The service is not available right now' },
  internal: { pl: 'Wewnętrzny błąd serwera', en: 'Something went wrong on our side' },
};
