/** The top of an open diagram: what it is called, whether it is saved, whether I may edit, and what I can do in the session. */
import { button, element, say } from '../elements.ts';
import { mark } from '../mark.ts';
import type { RoomView } from './room.ts';
import { savedState } from './saved-state.ts';

export interface TopBarActions {
  present(): void;
  leave(): void;
  end(): void;
  retry(): void;
}

export interface TopBarState {
  view: RoomView;
  unsaved: number;
  me: string;
  /** Whether I have asked to present and nobody has answered yet. */
  asked: boolean;
}

export function topBar(actions: TopBarActions): { element: HTMLElement; show(state: TopBarState): void } {
  const title = element('h1', { tabindex: -1 });
  const model = element('span', { class: 'quiet model-name' });
  const saved = element('span', { class: 'saved', role: 'status' });
  const badge = element('span', { class: 'badge' }, 'Read only');
  const present = button('Present', actions.present);
  const end = button('End session', actions.end);
  const reconnecting = element(
    'div',
    { class: 'reconnecting', role: 'status', hidden: true },
    element('span', {}, 'Reconnecting. You can go on; what you change is kept here.'),
    button('Try now', actions.retry, 'plain'),
  );

  return {
    element: element(
      'div',
      { class: 'top' },
      element(
        'header',
        { class: 'bar' },
        mark(24),
        element('div', { class: 'names' }, title, model),
        saved,
        badge,
        element('span', { class: 'grow' }),
        element('div', { class: 'answers' }, present, end, button('Leave', actions.leave)),
      ),
      reconnecting,
    ),
    show({ view, unsaved, me, asked }) {
      const { roster, session } = view;
      const readOnly = roster.permissions === 'reader';
      const state = savedState({ link: view.link, unsaved, readOnly });
      const host = roster.host === me;
      const presenting = roster.presenter === me;
      say(title, session.diagram_name);
      say(model, session.threat_model_name);
      say(saved, state.words);
      saved.dataset['kind'] = state.kind;
      badge.hidden = !readOnly;
      end.hidden = !host;
      present.disabled = presenting || asked;
      say(present, presenting ? 'Presenting' : asked ? 'Asked to present' : host ? 'Present' : 'Ask to present');
      reconnecting.hidden = view.link !== 'offline' || view.ending !== null;
    },
  };
}
