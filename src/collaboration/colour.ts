/**
 * The colours of the people in a session: the same on every screen, because they follow from their ids and from the order
 * in which they first came, which everybody is told alike and which never changes. Whoever comes gets the hue that their
 * id asks for, unless somebody has it already: then the next that the fewest have, so that up to ten people are told
 * apart. The hues are about equally far from each other to the eye (0.1 in OKLab); the lightness of each is the one whose
 * relative luminance stands out from white as much as from black (4.58 : 1 each), so that a name tag or a cursor is
 * readable on light and on dark.
 */
const HUES = [0, 27, 60, 129, 175, 205, 236, 274, 302, 330];
/** From a hue that is taken to the next one to try: not to its neighbour, and in the end through all of them. */
const STEP = 3;
const LUMINANCE = 0.179;
const SATURATION = 0.7;

/** @param people ids, each once, in the order in which they first came; @returns `#rrggbb` for each */
export function coloursOf(people: readonly string[]): Map<string, string> {
  const wearing = HUES.map(() => 0);
  return new Map(
    people.map((person) => {
      const first = hash(person) % HUES.length;
      const tries = HUES.map((_, turn) => (first + turn * STEP) % HUES.length);
      const fewest = Math.min(...wearing);
      const chosen = tries.find((index) => wearing[index] === fewest) ?? first;
      wearing[chosen]! += 1;
      return [person, colourAt(HUES[chosen]!)];
    }),
  );
}

function colourAt(hue: number): string {
  let [dark, light] = [0, 1];
  for (let halving = 0; halving < 16; halving += 1) {
    const middle = (dark + light) / 2;
    if (luminance(rgb(hue, middle)) < LUMINANCE) dark = middle;
    else light = middle;
  }
  return `#${rgb(hue, light)
    .map((part) =>
      Math.round(part * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}

/** Red, green and blue, 0 to 1, of a hue in degrees and a lightness of 0 to 1. */
function rgb(hue: number, lightness: number): number[] {
  const chroma = SATURATION * Math.min(lightness, 1 - lightness);
  return [0, 8, 4].map((offset) => {
    const position = (offset + hue / 30) % 12;
    return lightness - chroma * Math.max(-1, Math.min(position - 3, 9 - position, 1));
  });
}

/** Relative luminance of an sRGB colour, as WCAG defines it. */
function luminance(parts: number[]): number {
  const [red = 0, green = 0, blue = 0] = parts.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
