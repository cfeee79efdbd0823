/** The type of a file of words: English and Polish together, so that a word that one of them lacks does not compile. */

type Texts = Readonly<Record<string, string>>;

/** Polish has two more plural forms than English: whatever has `_other` there has `_few` and `_many` here. */
type Polish<English extends Texts> = Readonly<
  Record<keyof English, string> & {
    [Key in keyof English as Key extends `${infer Stem}_other` ? `${Stem}_few` | `${Stem}_many` : never]: string;
  }
>;

/** @param both flat maps from a key to a text; `{{name}}` is replaced, `_one` and `_other` are chosen by `count` */
export function words<const English extends Texts>(both: { en: English; pl: Polish<English> }): typeof both {
  return both;
}
