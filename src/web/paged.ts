/** A list of the server that is longer than one answer: shows what has come, and a button for the rest. */
import { button, element, say } from './elements.ts';
import type { Page } from './wire.ts';

/**
 * @param list where the items go; @param load one answer; @param show an item's element
 * @returns the part to put below the list, and the first load; `loaded` gets every item that came
 */
export function paged<Item>(options: {
  list: HTMLElement;
  load: (cursor: string | null) => Promise<Page<Item>>;
  show: (item: Item) => HTMLElement;
  loaded: (items: readonly Item[]) => void;
}): { element: HTMLElement; first: Promise<void> } {
  const { list } = options;
  const status = element('p', { class: 'fault', role: 'status' });
  const more = button('Show more', () => void next());
  const foot = element('div', { class: 'more' }, status, more);
  const items: Item[] = [];
  let cursor: string | null = null;
  more.hidden = true;

  async function next(): Promise<void> {
    more.disabled = true;
    try {
      const page = await options.load(cursor);
      cursor = page.next_cursor;
      items.push(...page.data);
      list.append(...page.data.map(options.show));
      more.hidden = cursor === null;
      say(more, 'Show more');
      say(status, '');
      options.loaded(items);
    } catch (error) {
      say(status, error instanceof Error ? error.message : String(error));
      say(more, 'Try again');
      more.hidden = false;
    }
    more.disabled = false;
  }

  return { element: foot, first: next() };
}
