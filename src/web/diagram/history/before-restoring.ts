/** The version that a page keeps of what was there before it restores another: by which name it is known, and shown. */
import { history } from '../../language/words/room/history.ts';

/** In whichever language the page was that kept it. */
const names: ReadonlySet<string> = new Set(Object.values(history).map(({ beforeRestoring }) => beforeRestoring));

export function isBeforeRestoring(name: string | null): boolean {
  return name !== null && names.has(name);
}
