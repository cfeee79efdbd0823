/** What one request is called, in its answer and in every line that is logged about it. */
import { uuidv7 } from 'uuidv7';

const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** @param given by the caller, in `X-Request-Id`; @returns that if it is one, or a new one */
export function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : uuidv7();
}
