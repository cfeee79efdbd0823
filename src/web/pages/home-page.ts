/** Home: the threat models that I may read, their diagrams, who is drawing now, and a way to make a new diagram. */
import { Problem, type Api } from '../api.ts';
import { element } from '../elements.ts';
import type { Page } from '../page.ts';
import { paged } from '../paged.ts';
import { fragmentOf } from '../route.ts';
import type { Diagram, Me, ThreatModel } from '../wire.ts';
import { newDiagramForm } from './new-diagram-form.ts';
import { siteHeader } from './site-header.ts';

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

export function homePage(options: {
  api: Api;
  me: Me;
  /** @param note why, when the person did not ask for it */
  signOut: (note?: string) => void;
  opened: (diagram: Diagram) => void;
}): Page {
  const { api } = options;
  const sections = element('div', { class: 'models' });
  const empty = element(
    'p',
    { class: 'empty', hidden: true },
    'There is nothing here yet. Give your first diagram a name above: it opens at once, and whoever you share it with can join you.',
  );
  const form = newDiagramForm({ api, opened: options.opened });
  const drawing = api.mySessions().then(
    ({ data }) => new Map(data.map((session) => [session.diagram_id, session.participants.length])),
    () => new Map<string, number>(),
  );

  const models = paged({
    list: sections,
    load: async (cursor) => {
      try {
        return await api.threatModels(cursor);
      } catch (error) {
        if (error instanceof Problem && error.code === 'unauthenticated')
          options.signOut('Your sign-in has run out. Sign in again.');
        throw error;
      }
    },
    show: (model) => modelSection(api, model, drawing),
    loaded: (list) => {
      empty.hidden = list.length > 0;
      form.offer(list);
    },
  });

  return {
    title: 'Home',
    element: element(
      'div',
      {},
      siteHeader(options.me, () => options.signOut()),
      element(
        'main',
        { class: 'home' },
        element('h1', { tabindex: -1 }, 'Your diagrams'),
        form.element,
        empty,
        sections,
        models.element,
      ),
    ),
    mayLeave: () => true,
    close: () => {},
  };
}

function modelSection(api: Api, model: ThreatModel, drawing: Promise<Map<string, number>>): HTMLElement {
  const list = element('ul', { class: 'diagrams' });
  const none = element('p', { class: 'quiet', hidden: true }, 'No diagrams in it yet.');
  const diagrams = paged({
    list,
    load: (cursor) => api.diagrams(model.id, cursor),
    show: (diagram) => diagramRow(diagram, drawing),
    loaded: (items) => (none.hidden = items.length > 0),
  });
  return element(
    'section',
    { class: 'model' },
    element('h2', {}, model.name, element('span', { class: 'tag' }, roleWords[model.role])),
    list,
    none,
    diagrams.element,
  );
}

const roleWords = { owner: 'You own it', writer: 'You may edit', reader: 'You may read' };

function diagramRow(diagram: Diagram, drawing: Promise<Map<string, number>>): HTMLElement {
  const live = element('span', { class: 'live', role: 'status' });
  void drawing.then((people) => {
    const here = people.get(diagram.id);
    if (here !== undefined) live.textContent = here === 1 ? '1 person here now' : `${here} people here now`;
  });
  const address = fragmentOf({ kind: 'diagram', threatModel: diagram.threat_model_id, diagram: diagram.id });
  return element(
    'li',
    {},
    element(
      'a',
      { href: address },
      element('span', { class: 'title' }, diagram.name),
      live,
      element('span', { class: 'quiet' }, `Changed ${day.format(new Date(diagram.updated_at))}`),
    ),
  );
}
