/** A small round picture of a person: their initials, in their colour when they have one here. */
import { element } from './elements.ts';

export function avatar(name: string, color: string | null = null): HTMLElement {
  const picture = element('span', { class: 'avatar', 'aria-hidden': 'true' }, initials(name));
  if (color !== null) picture.style.setProperty('--person', color);
  return picture;
}

function initials(name: string): string {
  const words = name.split(/[\s@.]+/).filter((word) => word !== '');
  return words
    .slice(0, 2)
    .map((word) => word.slice(0, 1).toUpperCase())
    .join('');
}
