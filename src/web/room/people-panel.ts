/** Who is here: name, role, host and presenter, and for the host what they may do about it (CS8). */
import { avatar } from '../avatar.ts';
import { button, element, keyedList, say, type Row } from '../elements.ts';
import type { ClientMessage, Participant } from '../wire.ts';
import type { Roster } from './roster.ts';

export function peoplePanel(
  me: string,
  ask: (message: ClientMessage) => void,
): { element: HTMLElement; show(roster: Roster): void } {
  const list = element('ul', { class: 'people' });
  const count = element('span', { class: 'tag' });
  let iAmHost = false;
  const rows = keyedList<Participant>(
    list,
    (participant) => participant.user_id,
    (participant) => personRow(participant),
  );

  function personRow(participant: Participant): Row<Participant> {
    const user_id = participant.user_id;
    const picture = avatar(participant.name, participant.color);
    const name = element('strong');
    const role = element('span', { class: 'quiet' });
    const host = element('span', { class: 'mark host' }, 'Host');
    const presenter = element('span', { class: 'mark presenter' }, 'Presenter');
    const letPresent = button('Let present', () => ask({ type: 'change_presenter', user_id }));
    const summary = element('summary');
    const manage = element(
      'details',
      { class: 'manage', name: 'manage' },
      summary,
      element(
        'div',
        { class: 'answers' },
        letPresent,
        button('Make host', () => ask({ type: 'change_host', user_id })),
        button('Remove', () => ask({ type: 'remove_participant', user_id })),
      ),
    );
    return {
      element: element(
        'li',
        {},
        element(
          'div',
          { class: 'person' },
          picture,
          element('span', { class: 'who' }, name, element('span', { class: 'marks' }, role, host, presenter)),
        ),
        manage,
      ),
      update(next) {
        picture.style.setProperty('--person', next.color);
        picture.classList.toggle('presenting', next.is_presenter);
        say(name, user_id === me ? `${next.name} (you)` : next.name);
        say(role, next.permissions === 'writer' ? 'Writer' : 'Reader');
        host.hidden = !next.is_host;
        presenter.hidden = !next.is_presenter;
        letPresent.hidden = next.is_presenter;
        manage.hidden = !iAmHost || user_id === me;
        summary.setAttribute('aria-label', `Manage ${next.name}`);
        say(summary, 'Manage');
      },
    };
  }

  return {
    element: element(
      'section',
      { class: 'panel', 'aria-labelledby': 'people' },
      element('h2', { id: 'people' }, 'People here', count),
      list,
    ),
    show(roster) {
      iAmHost = roster.host === me;
      say(count, String(roster.participants.length));
      rows.show(roster.participants);
    },
  };
}
