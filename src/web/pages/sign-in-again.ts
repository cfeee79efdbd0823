/** Signs the same person in again without leaving the page: a button where the server has demo people, else a token. */
import { Problem, type Api } from '../api.ts';
import { button, element, say } from '../elements.ts';
import { nameOf, type Identity } from '../identity.ts';
import { tokenForm } from '../token-form.ts';

/** @param done called once the same person has a token that the server accepts */
export function signInAgain(options: { api: Api; identity: Identity; done: () => void }): HTMLElement {
  const { api, identity, done } = options;
  const me = identity.current()?.me;
  const place = element('div', { class: 'again' });
  const fault = element('p', { class: 'fault', role: 'status' });

  async function use(token: string): Promise<string | null> {
    try {
      const owner = await api.me(token);
      if (owner.email !== me?.email) return `This token is not ${me?.email ?? 'yours'}'s.`;
      identity.signIn({ token, me: owner });
      done();
      return null;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return error.message;
    }
  }

  async function asBefore(): Promise<void> {
    if (me === undefined) return;
    try {
      say(fault, (await use(await api.demoToken(me.email, nameOf(me)))) ?? '');
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      say(fault, error.message);
    }
  }

  void api.offersDemoPeople().then((offered) => {
    if (offered && me !== undefined)
      place.append(
        button(`Sign in again as ${nameOf(me)}`, () => void asBefore(), 'primary'),
        fault,
      );
    else place.append(tokenForm(use));
  });
  return place;
}
