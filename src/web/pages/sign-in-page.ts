/** The first page: sign in as one of the demo people, or, where the server has none, with a token. */
import { Problem, type Api } from '../api.ts';
import { avatar } from '../avatar.ts';
import { demoPeople, type DemoPerson } from '../demo-people.ts';
import { element, say } from '../elements.ts';
import { mark } from '../mark.ts';
import type { Identity } from '../identity.ts';
import type { Page } from '../page.ts';
import { tokenForm } from '../token-form.ts';

/** @param note why the person is here, when they did not ask to be; @param done called once somebody is signed in */
export function signInPage(options: { api: Api; identity: Identity; note: string | null; done: () => void }): Page {
  const { api, identity, done } = options;
  const status = element('p', { class: 'fault', role: 'status' }, options.note);
  const ways = element(
    'div',
    { class: 'ways' },
    element('p', { class: 'quiet' }, 'Looking at how this server signs people in'),
  );

  async function useToken(token: string): Promise<string | null> {
    try {
      identity.signIn({ token, me: await api.me(token) });
      done();
      return null;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return error.status === 401
        ? 'The server does not accept this token. It may be cut off, or expired.'
        : error.message;
    }
  }

  async function enter(person: DemoPerson, card: HTMLButtonElement): Promise<void> {
    card.disabled = true;
    say(status, '');
    try {
      const fault = await useToken(await api.demoToken(person.email, person.name));
      if (fault !== null) say(status, fault);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      say(status, error.message);
    }
    card.disabled = false;
  }

  const demoCard = (person: DemoPerson) => {
    const card = element(
      'button',
      { type: 'button', class: 'person-card', onclick: () => void enter(person, card) },
      avatar(person.name),
      element(
        'span',
        { class: 'who' },
        element('strong', {}, person.name),
        element('span', { class: 'quiet' }, person.may),
      ),
    );
    return element('li', {}, card);
  };

  void api.offersDemoPeople().then((offered) => {
    const moreWays = element('details', {}, element('summary', {}, 'More ways'), tokenForm(useToken));
    ways.replaceChildren(
      ...(offered
        ? [
            element('h2', { id: 'as' }, 'Sign in as'),
            element('ul', { class: 'cards', 'aria-labelledby': 'as' }, ...demoPeople.map(demoCard)),
            element(
              'p',
              { class: 'quiet' },
              'Open a second window and be somebody else there: you will see each other.',
            ),
            moreWays,
          ]
        : [element('h2', {}, 'Sign in'), tokenForm(useToken)]),
    );
  });

  return {
    title: 'Sign in',
    element: element(
      'main',
      { class: 'sign-in' },
      mark(48),
      element('h1', { tabindex: -1 }, 'Roundtable'),
      element('p', { class: 'lead' }, 'Draw one diagram together, on a server of your own.'),
      status,
      ways,
    ),
    mayLeave: () => true,
    close: () => {},
  };
}
