/**
 * One cell of the table: its label, edited in place, and its removal. A label goes out after a short pause of typing and
 * when the field is left; until then what others write does not disturb it.
 */
import { button, element, say, type Row } from '../elements.ts';
import type { Cell } from './cells.ts';
import type { Holder } from './presence.ts';

const PAUSE_MS = 400;

/** A cell as the table shows it. */
export interface ShownCell {
  cell: Cell;
  /** Its shape, and for an edge what it joins. */
  kind: string;
  /** Who else has it in hand. */
  holder: Holder | null;
  readOnly: boolean;
}

export interface CellHands {
  relabel(id: string, label: string): void;
  remove(id: string): void;
  hold(id: string | null): void;
}

export function cellRow(shown: ShownCell, hands: CellHands): Row<ShownCell> {
  const { id } = shown.cell;
  let pause: ReturnType<typeof setTimeout> | undefined;
  let drafting = false;
  let written = '';

  const commit = () => {
    clearTimeout(pause);
    if (drafting) hands.relabel(id, field.value);
    drafting = false;
  };
  const field = element('input', {
    maxlength: 200,
    autocomplete: 'off',
    oninput: () => {
      drafting = true;
      clearTimeout(pause);
      pause = setTimeout(commit, PAUSE_MS);
    },
    onkeydown: (event) => {
      const { key } = event as KeyboardEvent;
      if (key === 'Enter') field.blur();
      if (key !== 'Escape') return;
      clearTimeout(pause);
      drafting = false;
      field.value = written;
    },
    onfocus: () => hands.hold(id),
    onblur: () => {
      commit();
      hands.hold(null);
    },
  });
  const kind = element('span', { class: 'kind' });
  const holder = element('span', { class: 'holder' });
  const remove = button('Delete', () => hands.remove(id), 'plain');
  const row = element(
    'tr',
    {},
    element('td', { class: 'label' }, field, holder, kind),
    element('td', { class: 'do' }, remove),
  );

  return {
    element: row,
    update(next) {
      if (next.readOnly) commit(); // what was being typed counts as a change that is kept here
      written = typeof next.cell.label === 'string' ? next.cell.label : '';
      if (!drafting && field.value !== written) showKeepingCaret(field, written);
      field.readOnly = next.readOnly;
      field.setAttribute('aria-label', `Label of ${next.cell.shape} ${written}`);
      remove.hidden = next.readOnly;
      remove.setAttribute('aria-label', `Delete ${written === '' ? next.cell.shape : written}`);
      say(kind, next.kind);
      say(holder, next.holder?.name ?? '');
      row.classList.toggle('held', next.holder !== null);
      row.style.setProperty('--person', next.holder?.color ?? 'transparent');
    },
  };
}

function showKeepingCaret(field: HTMLInputElement, text: string): void {
  const { selectionStart, selectionEnd } = field;
  field.value = text;
  if (document.activeElement === field) field.setSelectionRange(selectionStart, selectionEnd);
}
