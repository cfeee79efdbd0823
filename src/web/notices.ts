/** What happened and what can be done, said once at the edge of the page. A notice that asks nothing goes by itself. */
import { button, element } from './elements.ts';

const SHOWN_MS = 8_000;

export interface Answer {
  label: string;
  run: () => void;
}

export type Notices = ReturnType<typeof createNotices>;

export function createNotices() {
  const region = element('div', { class: 'notices', role: 'status', 'aria-live': 'polite', 'aria-label': 'Notices' });
  const shown = new Map<string, HTMLElement>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  function drop(key: string): void {
    clearTimeout(timers.get(key));
    timers.delete(key);
    shown.get(key)?.remove();
    shown.delete(key);
  }

  return {
    element: region,
    drop,
    /**
     * @param key a later notice with the same key takes the place of this one
     * @param answers the first one is the likely one; with any of them the notice goes
     */
    show(key: string, text: string, answers: readonly Answer[] = [], stays = answers.length > 0): void {
      drop(key);
      const buttons = answers.map(({ label, run }, index) =>
        button(
          label,
          () => {
            drop(key);
            run();
          },
          index === 0 ? 'primary' : '',
        ),
      );
      if (answers.length === 0) buttons.push(button('Dismiss', () => drop(key), 'plain'));
      const notice = element(
        'div',
        { class: answers.length === 0 ? 'notice line' : 'notice' },
        element('p', {}, text),
        element('div', { class: 'answers' }, ...buttons),
      );
      shown.set(key, notice);
      region.append(notice);
      if (!stays)
        timers.set(
          key,
          setTimeout(() => drop(key), SHOWN_MS),
        );
    },
    clear(): void {
      for (const key of [...shown.keys()]) drop(key);
    },
  };
}
