/**
 * Where the focus goes when what floats over a page goes. Mantine gives it back to what had it when a dialog opened; but
 * that may be an item of a menu, which is gone by then, or on a slow device the dialog itself. So what has had the focus
 * is remembered: when something that floats is removed with the focus in it, the last of these still there gets it.
 */

const FLOATING = '[data-menu-dropdown], [data-dialog]';
const REMEMBERED = 20;

let trail: readonly HTMLElement[] = [];

const removals = new MutationObserver(() => {
  trail = trail.filter((element) => element.isConnected);
  if (document.activeElement === document.body) trail.at(-1)?.focus({ preventScroll: true });
});

/** From now on, for the whole page. */
export function returnFocus(): void {
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    trail = [...trail.filter((element) => element !== target), target].slice(-REMEMBERED);
    removals.disconnect();
    if (target.closest(FLOATING)) removals.observe(document.body, { childList: true, subtree: true });
  });
}

/** When an item of a menu was chosen: a key pressed before a dialog has taken the focus is not one for the item, which is going. */
export function leaveMenu(): void {
  const target = document.activeElement?.closest('[data-menu-dropdown]')?.getAttribute('aria-labelledby');
  if (target) document.getElementById(target)?.focus({ preventScroll: true });
}
