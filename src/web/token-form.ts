/** A field to paste a token into. @param use tries it; a message that it returns is shown at the field */
import { element, say } from './elements.ts';

export function tokenForm(use: (token: string) => Promise<string | null>): HTMLFormElement {
  const field = element('input', {
    id: 'token',
    type: 'password',
    autocomplete: 'off',
    spellcheck: 'false',
    required: true,
    'aria-describedby': 'token-help token-fault',
  });
  const submit = element('button', { type: 'submit', class: 'primary' }, 'Sign in');
  const fault = element('p', { id: 'token-fault', class: 'fault', role: 'status' });
  return element(
    'form',
    {
      class: 'token',
      onsubmit: async (event) => {
        event.preventDefault();
        submit.disabled = true;
        say(fault, (await use(field.value.trim())) ?? '');
        submit.disabled = false;
      },
    },
    element('label', { for: 'token' }, 'Token'),
    element('div', { class: 'beside' }, field, submit),
    element(
      'p',
      { id: 'token-help', class: 'quiet' },
      'A signed token (JWT) that this server accepts. It stays in this window.',
    ),
    fault,
  );
}
