/** The ways in which a caller names somebody: each API has its own, the roster takes them all. */
import { personByEmail, personById, personByNumber } from '../identity/profiles.ts';
import type { Subject } from './roster.ts';

/** @param named as it was sent, for the audit row */
export const byEmail = (email: string, named = email): Subject => ({ named, find: (em) => personByEmail(em, email) });

/** @param id a UUID */
export const byId = (id: string, named = id): Subject => ({ named, find: (em) => personById(em, id) });

/** @param number the person's number in the conversations API */
export const byNumber = (number: number): Subject => ({
  named: String(number),
  find: (em) => personByNumber(em, number),
});
