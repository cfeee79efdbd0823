/** What is an email, in a token as in an invitation: what browsers take for one, so also `admin@localhost`. */
import { z } from 'zod';

/** Comes out in lower case, as it is stored. */
export const emailAddress = z.email({ pattern: z.regexes.html5Email }).transform((address) => address.toLowerCase());
