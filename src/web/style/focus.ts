/**
 * Where the focus goes when what floats over a page goes. Mantine remembers where it was when a dialog opens; but an item
 * of a menu is gone by then, and on a slow device the dialog may have the focus already.
 */

const FLOATING = '[data-menu-dropdown], [data-dialog]';

/** What had it last beside what floats. */
let last: Element | null = null;

document.addEventListener('focusin', ({ target }) => {
  if (target instanceof Element && !target.closest(FLOATING)) last = target;
});

/** Before a dialog that an item of a menu opened takes the focus. */
export function focusTargetOfMenu(): void {
  const target = document.activeElement?.closest('[data-menu-dropdown]')?.getAttribute('aria-labelledby');
  if (target) focus(document.getElementById(target));
}

/** After a dialog has gone, if nothing has the focus. */
export function focusAgain(): void {
  if (document.activeElement === document.body) focus(last);
}

function focus(element: Element | null): void {
  if (element instanceof HTMLElement) element.focus({ preventScroll: true });
}
