/** How the text of a variable becomes a value, and what is said of one that does not. */
import { z } from 'zod';

export const whole = (least: number, most = 2_147_483_647) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be between ${least} and ${most}`);
export const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL (${protocols.join(' or ')}//...)`,
    );
const origin = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    'must be exact origins such as https://app.example.com, comma separated',
  );
export const origins = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  )
  .pipe(z.array(origin))
  .default([]);
export const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;
/** Whoever could change the keys on their way here would be whoever they like. */
export const keys = z
  .string()
  .refine((text) => isUnreadOnTheWay(text), 'must be a URL (https://..., or http://... on the loopback)');
/** And so would be whoever could read or change what goes to and from an issuer. */
export const issuer = z
  .string()
  .refine(
    (text) => isIssuer(text),
    'must be a URL (https://..., or http://... on the loopback) as the issuer spells it',
  );
export const flag = z.enum(['on', 'off'], 'must be on or off').transform((text) => text === 'on');

function isIssuer(text: string): boolean {
  if (!isUnreadOnTheWay(text)) return false;
  const { search, hash, username } = new URL(text);
  return search === '' && hash === '' && username === '';
}

function isUnreadOnTheWay(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname.replace(/^\[(.*)\]$/, '$1')));
}
