/**
 * A text of somebody's, such as a name, so that it turns nothing around beside it. The marks that turn all that follows
 * are left out; what is written from right to left stands between marks that keep that to itself.
 */
const TURNING = /[\u202A-\u202E\u2066-\u2069]/g;
/** The blocks of letters from right to left, and the mark that stands for one. */
const FROM_THE_RIGHT = /[\u0590-\u08FF\u200F\uFB1D-\uFDFF\uFE70-\uFEFE\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

export function isolated(text: string): string {
  const plain = text.replaceAll(TURNING, '');
  return FROM_THE_RIGHT.test(plain) ? `\u2068${plain}\u2069` : plain;
}
