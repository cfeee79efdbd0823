/** Makes a diagram in a threat model of mine, or in a new one, and opens it. */
import { Problem, type Api } from '../api.ts';
import { element, say } from '../elements.ts';
import type { Diagram, ThreatModel } from '../wire.ts';

const NEW = '';

/** @returns the form, and `offer` to tell it of the threat models that there are */
export function newDiagramForm(options: { api: Api; opened: (diagram: Diagram) => void }): {
  element: HTMLElement;
  offer: (models: readonly ThreatModel[]) => void;
} {
  const { api } = options;
  const name = element('input', { id: 'diagram-name', maxlength: 200, required: true, value: 'Untitled diagram' });
  const place = element('select', { id: 'diagram-place' }, element('option', { value: NEW }, 'A new threat model'));
  const submit = element('button', { type: 'submit', class: 'primary' }, 'New diagram');
  const fault = element('p', { class: 'fault', role: 'status' });

  async function create(): Promise<void> {
    submit.disabled = true;
    say(fault, '');
    try {
      const title = name.value.trim();
      const model = place.value === NEW ? (await api.createThreatModel(title)).id : place.value;
      options.opened(await api.createDiagram(model, title));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      say(fault, error.message);
    }
    submit.disabled = false;
  }

  return {
    element: element(
      'form',
      {
        class: 'new-diagram',
        onsubmit: (event) => {
          event.preventDefault();
          void create();
        },
      },
      element('div', { class: 'field' }, element('label', { for: 'diagram-name' }, 'Name'), name),
      element('div', { class: 'field' }, element('label', { for: 'diagram-place' }, 'In'), place),
      submit,
      fault,
    ),
    offer(models) {
      const mine = models.filter((model) => model.role !== 'reader');
      const chosen = place.options.length === 1 ? (mine[0]?.id ?? NEW) : place.value;
      place.replaceChildren(
        ...mine.map((model) => element('option', { value: model.id }, model.name)),
        element('option', { value: NEW }, 'A new threat model'),
      );
      place.value = chosen;
    },
  };
}
