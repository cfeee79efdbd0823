/** The words of the page, around the names of people. */
import { expect, it } from 'vitest';
import { isolated } from '../../src/web/language/isolated.ts';
import { startLanguage } from '../../src/web/language/language.ts';

const english = { getItem: () => 'en', setItem() {} } as unknown as Storage;
const { t } = startLanguage(english, { lang: '' } as HTMLElement);

it('WE7 a name turns nothing around that stands beside it', () => {
  expect(t('room:asksToPresent', { name: 'Mallory \u202Etneserp ot sksa' })).toBe(
    'Mallory tneserp ot sksa asks to present.',
  );
  // Whoever closes the isolation themselves is out of it.
  expect(isolated('\u2069\u202Eevil')).toBe('evil');
  expect(t('room:removeWriter', { name: 'דוד' })).toContain('\u2068דוד\u2069 is editing this diagram');
  expect(isolated('علي\u2069\u202E')).toBe('\u2068علي\u2069');
});

it('any other name stays as it is, with the signs that HTML has', () => {
  for (const name of ['Ada Lovelace', 'Zażółć <b>&', '明子', '👩‍💻'])
    expect(t('room:asksToPresent', { name })).toBe(`${name} asks to present.`);
});

it('WE4 where nothing is known of the device, nobody is told that it keeps what is not saved', () => {
  expect(t('signingIn:againText')).toMatch(/ This page waits, with what is not saved yet\.$/);
  expect(t('entry:brokenText')).toMatch(/ is kept on this device, unless this browser keeps nothing\.$/);
});
