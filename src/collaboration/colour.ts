/**
 * The colour of a person: the same everywhere and always, because it follows from their id. The hue comes from a hash
 * of the id; the lightness is the one whose relative luminance stands out from white as much as from black (4.58 : 1
 * each), so that a name tag or a cursor is readable on light and on dark.
 */
const LUMINANCE = 0.179;
const SATURATION = 0.7;

/** @param person a person's id; @returns `#rrggbb` */
export function colourOf(person: string): string {
  const hue = hash(person) % 360;
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
