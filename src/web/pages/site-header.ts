/** The top of a page that is not a diagram: where one is, who one is, and the way out. */
import { avatar } from '../avatar.ts';
import { button, element } from '../elements.ts';
import { mark } from '../mark.ts';
import { nameOf } from '../identity.ts';
import type { Me } from '../wire.ts';

export function siteHeader(me: Me, signOut: () => void): HTMLElement {
  return element(
    'header',
    { class: 'bar' },
    element('a', { class: 'brand', href: '#/' }, mark(24), 'Roundtable'),
    element('span', { class: 'grow' }),
    element(
      'span',
      { class: 'me', title: me.email },
      avatar(nameOf(me)),
      element('span', { class: 'name' }, nameOf(me)),
    ),
    button('Sign out', signOut, 'plain'),
  );
}
