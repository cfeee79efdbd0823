/** Text in an exported drawing: escaped, and broken into lines by an estimate of its width, since nothing measures here. */

const wide = /[mwMWQ@%\u1100-\uffdc]/;
const narrow = /[iljtfrI.,:;'|!()[\]\s]/;

/** Characters that XML does not know at all are left out. */
export function escape(text: string): string {
  return text
    .replace(/(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

/** About how wide a text is. @param size of the type, in units of the diagram */
export function widthOf(text: string, size: number): number {
  let width = 0;
  for (const character of text) width += wide.test(character) ? 0.85 : narrow.test(character) ? 0.32 : 0.56;
  return width * size;
}

/** Lines that fit a width, broken between words; of more lines than fit, the last one ends with an ellipsis. */
export function linesOf(text: string, size: number, width: number, most: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (line !== '' && widthOf(longer, size) > width) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    lines.push(line);
  }
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), `${lines[most - 1]!}…`];
}
