/** The canvas: shapes, tools, keys, transfer. */
import { words } from '../words.ts';

export const editor = words({
  en: {},
  pl: {},
});
