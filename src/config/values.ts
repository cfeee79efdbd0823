/** How the text of a variable becomes a value, and what is said of one that does not. */
import { isIP } from 'node:net';
import { z } from 'zod';

export const whole = (least: number, most = 2_147_483_647) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be between ${least} and ${most}`);
/** Where clients find us: other addresses are made by adding to it, so it is kept in one spelling, without a last slash. */
export const publicUrl = z
  .string()
  .refine(
    (text) => isWebAddress(readUrl(text)),
    'must be a URL (http://... or https://...) without user, query, fragment, and blanks around it',
  )
  .transform((text) => {
    const { origin: server, pathname } = new URL(text);
    return `${server}${pathname.replace(/\/+$/, '')}`;
  });
/** As the system takes it. */
export const listenHost = z
  .string()
  .refine(
    (text) => isIP(text) !== 0 || /^[\w.-]+$/.test(text),
    'must be a name or an address (of IPv6 without brackets), and nothing else',
  );
export const postgresql = service(
  ({ protocol }) => protocol === 'postgres:' || protocol === 'postgresql:',
  'postgres://... or postgresql://...',
);
export const redis = service(
  ({ protocol, pathname }) => (protocol === 'redis:' || protocol === 'rediss:') && /^(\/\d*)?$/.test(pathname),
  'redis://... or rediss://..., behind whose host is nothing but the number of a database',
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
    (text) => isUnreadOnTheWay(text) && isBare(new URL(text)),
    'must be a URL (https://..., or http://... on the loopback) as the issuer spells it',
  );
export const flag = z.enum(['on', 'off'], 'must be on or off').transform((text) => text === 'on');

function isWebAddress(url: URL | null): boolean {
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && isBare(url);
}

/** Where PostgreSQL or Redis is. */
function service(isOne: (url: URL) => boolean, form: string) {
  return z.string().refine((text) => {
    const url = readUrl(text);
    return url !== null && isOne(url) && isDecodable(url);
  }, `must be a URL (${form}), without blanks around it, and with %25 for each % of a password`);
}

/** `URL` reads over blanks around an address; others that are given the same text do not. */
function readUrl(text: string): URL | null {
  return text === text.trim() ? URL.parse(text) : null;
}

/** Who connects decodes each of these, and throws at what cannot be decoded. */
function isDecodable({ username, password, hostname, pathname }: URL): boolean {
  try {
    for (const part of [username, password, hostname, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

function isBare({ username, password, search, hash }: URL): boolean {
  return `${username}${password}${search}${hash}` === '';
}

function isUnreadOnTheWay(text: string): boolean {
  const url = readUrl(text);
  if (url === null) return false;
  const { protocol, hostname } = url;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname.replace(/^\[(.*)\]$/, '$1')));
}
