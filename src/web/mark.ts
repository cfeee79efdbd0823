/** The mark of Roundtable, a table with five people around it: drawn here, so that it is there without the server. */

const SEATS = [
  [16, 3.6],
  [27.8, 12.2],
  [23.3, 26],
  [8.7, 26],
  [4.2, 12.2],
] as const;

/** @param size in pixels */
export function mark(size: number): SVGElement {
  const picture = shape('svg', { class: 'mark-of-roundtable', viewBox: '0 0 32 32', width: size, height: size });
  picture.setAttribute('aria-hidden', 'true');
  picture.append(shape('circle', { class: 'table', cx: 16, cy: 16, r: 7.5 }));
  for (const [cx, cy] of SEATS) picture.append(shape('circle', { class: 'seat', cx, cy, r: 2.6 }));
  return picture;
}

function shape(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made as SVGElement;
}
