/** Making and updating elements: a tag with properties and children, and lists that keep their elements by key. */

type Property = string | number | boolean | null | undefined | ((event: Event) => void);
type Child = Node | string | null;

/**
 * A new element. A function becomes a listener of the event that its name tells (`onclick`); `true` an attribute
 * without a value; `false`, null and undefined nothing; anything else an attribute.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Readonly<Record<string, Property>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function button(label: string, run: () => void, look = ''): HTMLButtonElement {
  return element('button', { type: 'button', class: look, onclick: () => run() }, label);
}

/** Says something in an element only if it is new, so that a live region is not read out twice. */
export function say(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

export interface Row<Item> {
  element: HTMLElement;
  update(item: Item): void;
}

/**
 * Keeps the children of a list in step with items: an item whose key is known keeps its element, and with it the focus
 * and the caret in it.
 */
export function keyedList<Item>(list: Element, keyOf: (item: Item) => string, make: (item: Item) => Row<Item>) {
  let rows = new Map<string, Row<Item>>();
  return {
    row: (key: string) => rows.get(key) ?? null,
    show(items: readonly Item[]): void {
      const next = new Map<string, Row<Item>>();
      for (const item of items) next.set(keyOf(item), rows.get(keyOf(item)) ?? make(item));
      for (const [key, row] of rows) if (!next.has(key)) row.element.remove();
      rows = next;
      let place = list.firstElementChild;
      for (const item of items) {
        const row = next.get(keyOf(item));
        if (row === undefined) continue;
        row.update(item);
        if (row.element === place) place = place.nextElementSibling;
        else list.insertBefore(row.element, place);
      }
    },
  };
}
