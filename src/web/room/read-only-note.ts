/** Why I may only read, and how to ask for more. */
import { copyText } from '../copying.ts';
import { button, element } from '../elements.ts';
import type { Notices } from '../notices.ts';

/** @param owner whom to ask: the email of the owner; @param diagram what it is called */
export function readOnlyNote(owner: string, diagram: string, notices: Notices): HTMLElement {
  const ask = async () => {
    const message = `May I edit "${diagram}" with you? I have the reader role. ${location.href}`;
    if (await copyText(message)) notices.show('ask', `A message is copied. Send it to ${owner}.`);
    else notices.show('ask', `Send this to ${owner}: ${message}`, [], true);
  };
  return element(
    'div',
    { class: 'read-only', role: 'note' },
    element('p', {}, `You have the reader role. Ask ${owner} for more.`),
    button('Ask to edit', () => void ask()),
  );
}
