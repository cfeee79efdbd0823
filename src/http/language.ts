/** The language of an answer: what the caller asks for among `pl` and `en`, else the API's own. */
import type { Context } from 'koa';
import type { Contract, Language } from './contract.ts';

/** Chooses the language, and says in `Content-Language` and `Vary` what was chosen and by what. */
export function speak(context: Context, contract: Pick<Contract, 'language'>): Language {
  const other = contract.language === 'pl' ? 'en' : 'pl';
  const chosen = context.acceptsLanguages(contract.language, other);
  const language = chosen === 'pl' || chosen === 'en' ? chosen : contract.language;
  context.set('Content-Language', language);
  context.vary('Accept-Language');
  return language;
}
