/** The cells of the open diagram twice: as a table to edit, and beside it as the JSON that everybody shares. */
import { uuidv7 } from 'uuidv7';
import { element, keyedList, say } from '../elements.ts';
import type { Notices } from '../notices.ts';
import { cellRow, type ShownCell } from './cell-row.ts';
import { addNode, cellsOf, kindOf, listCells, putCells, relabel, removeCell, shapes, type Cell } from './cells.ts';
import { createPresence } from './presence.ts';
import type { Room } from './room.ts';

/** More than these are counted, not shown. */
const SHOWN = 500;

export interface CellPanel {
  element: HTMLElement;
  show(state: { readOnly: boolean; loaded: boolean }): void;
}

export function cellPanel(room: Room, notices: Notices): CellPanel {
  const { document } = room;
  const cells = cellsOf(document);
  const presence = createPresence(room.provider);
  let state = { readOnly: true, loaded: false };
  let drawn: ReturnType<typeof setTimeout> | undefined;

  const name = element('input', { id: 'new-label', maxlength: 200, autocomplete: 'off', placeholder: 'Web server' });
  const shape = element(
    'select',
    { id: 'new-shape' },
    ...shapes.map((each) => element('option', { value: each }, each)),
  );
  const add = element(
    'form',
    {
      class: 'add',
      onsubmit: (event) => {
        event.preventDefault();
        addNode(document, { id: uuidv7(), shape: shape.value, label: name.value.trim() });
        name.value = '';
        name.focus();
      },
    },
    element('div', { class: 'field grow' }, element('label', { for: 'new-label' }, 'Label'), name),
    element('div', { class: 'field' }, element('label', { for: 'new-shape' }, 'Shape'), shape),
    element('button', { type: 'submit', class: 'primary' }, 'Add'),
  );

  const body = element('tbody');
  const table = element(
    'table',
    {},
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('th', { scope: 'col' }, 'Label and shape'),
        element('th', { scope: 'col' }, element('span', { class: 'unseen' }, 'Delete')),
      ),
    ),
    body,
  );
  const note = element('p', { class: 'quiet empty' });
  const count = element('span', { class: 'tag' });
  const json = element('pre', { tabindex: 0, role: 'region', 'aria-label': 'The cells as JSON' });

  const hands = {
    relabel: (id: string, label: string) => relabel(document, id, label),
    hold: presence.hold,
    remove(id: string) {
      const row = rows.row(id)?.element;
      const next = row?.nextElementSibling ?? row?.previousElementSibling;
      (next?.querySelector('button') ?? name).focus();
      const removed = removeCell(document, id);
      notices.show(
        'removed',
        removalWords(id, removed),
        [{ label: 'Undo', run: () => putCells(document, removed) }],
        false,
      );
    },
  };
  const rows = keyedList<ShownCell>(
    body,
    ({ cell }) => cell.id,
    (shown) => cellRow(shown, hands),
  );

  function draw(): void {
    drawn = undefined;
    const list = listCells(cells);
    const shown = list.slice(0, SHOWN);
    const holders = presence.holders();
    const labels = new Map(list.map((cell) => [cell.id, cell.label || cell.shape]));
    const row = (cell: Cell) => ({ cell, kind: kindOf(cell, labels), holder: holders.get(cell.id) ?? null });
    rows.show(shown.map((cell) => ({ ...row(cell), readOnly: state.readOnly })));
    say(json, JSON.stringify(shown, null, 2));
    say(count, String(list.length));
    table.hidden = list.length === 0;
    say(note, noteOn(list.length));
  }

  function noteOn(all: number): string {
    if (!state.loaded) return 'The diagram is on its way.';
    if (all > SHOWN) return `The first ${SHOWN} of ${all} cells are shown.`;
    if (all > 0) return '';
    return state.readOnly
      ? 'There are no cells yet.'
      : 'There are no cells yet. Add the first one above: everybody here sees it at once.';
  }

  /** However many changes come in one turn, they are drawn once. */
  function drawSoon(): void {
    drawn ??= setTimeout(draw);
  }

  cells.observeDeep(drawSoon);
  presence.watch(drawSoon);
  draw();

  return {
    element: element(
      'div',
      { class: 'cells' },
      element(
        'section',
        { class: 'panel', 'aria-labelledby': 'cells' },
        element('h2', { id: 'cells' }, 'Cells', count),
        add,
        table,
        note,
      ),
      element('section', { class: 'panel', 'aria-labelledby': 'json' }, element('h2', { id: 'json' }, 'JSON'), json),
    ),
    show(next) {
      state = next;
      add.hidden = next.readOnly;
      draw();
    },
  };
}

/** What was deleted, and how many edges went with it because they hung on it. */
function removalWords(id: string, removed: readonly Cell[]): string {
  const edges = removed.length - 1;
  const name = removed.find((cell) => cell.id === id)?.label || 'A cell';
  if (edges < 1) return `${name} was deleted.`;
  return `${name} was deleted with ${edges} ${edges === 1 ? 'edge' : 'edges'}.`;
}
